-- workers.end_attempts: end attempts other than by success. The caller has locked the leases; jobs that they don't hold
-- are left out of the answer. Each job has an outcome:
--   retry    failed; again after a backoff that doubles with each attempt (and varies by a quarter), or failed for good
--   lost     its worker is gone; again at once, or failed for good when that was the last attempt
--   fail     failed for good
--   release  given back by a worker that stops; again at once, and the attempt is not counted. With a moment in p_until
--            its handler put it off: not before then, and the error is kept as the reason
--   cancel   cancelled
-- Returns the jobs with the state they have now: waiting, failed or cancelled. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.end_attempts(p_jobs bigint[], p_fences bigint[], p_outcomes text[], p_errors text[],
  p_until timestamptz[] DEFAULT NULL, OUT o_jobs bigint[], OUT o_executions bigint[], OUT o_states text[])
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  c_longest CONSTANT float8 := 3600;  -- seconds of backoff at most
  v_jobs bigint[];  -- those that run again
  v_executions bigint[];
  v_lanes integer[];
  v_attempts smallint[];
  v_run_at timestamptz[];
BEGIN
  WITH mine AS MATERIALIZED (
    SELECT l.id AS fence, l.lane_id, l.worker_id, l.attempt, l.claimed_at, u.job, u.execution
    FROM lease l, unnest(l.ids, l.executions) u(job, execution) WHERE l.id = ANY (p_fences)
  ), ended AS MATERIALIZED (
    SELECT l.job, l.execution, l.lane_id, l.worker_id, l.attempt, l.claimed_at, d.outcome, d.error, d.until,
      CASE WHEN d.outcome = 'cancel' THEN 'cancelled'
        WHEN d.outcome = 'release' OR d.outcome IN ('retry', 'lost') AND l.attempt < j.max_attempts THEN 'waiting'
        ELSE 'failed' END AS state,
      greatest(d.until, now()) + make_interval(secs => CASE WHEN d.outcome = 'retry'
        THEN least(j.backoff_seconds * 2 ^ (l.attempt - 1), c_longest) * (0.75 + random() / 2) ELSE 0 END) AS run_at
    FROM unnest(p_jobs, p_fences, p_outcomes, p_errors, p_until) d(job, fence, outcome, error, until)
    JOIN mine l ON l.job = d.job AND l.fence = d.fence
    CROSS JOIN LATERAL (SELECT j.max_attempts, j.backoff_seconds FROM job j WHERE j.id = d.job LIMIT 1) j
  ), finished AS (
    INSERT INTO finished_job (id, worker_id, attempt, state, started_at, error)
    SELECT e.job, e.worker_id, e.attempt, e.state, e.claimed_at, e.error FROM ended e WHERE e.state <> 'waiting'
  ), tried AS (
    INSERT INTO job_attempt (job_id, attempt, worker_id, started_at, error)
    SELECT e.job, e.attempt, e.worker_id, e.claimed_at, e.error FROM ended e
    WHERE e.state = 'waiting' AND e.outcome <> 'release'
  ), put_off AS (
    INSERT INTO deferral (job_id, until, reason) SELECT e.job, e.run_at, e.error FROM ended e WHERE e.until IS NOT NULL
    ON CONFLICT (job_id) DO UPDATE SET until = excluded.until, reason = excluded.reason
  )
  SELECT coalesce(array_agg(e.job), '{}'), coalesce(array_agg(e.execution), '{}'), coalesce(array_agg(e.state), '{}'),
    array_agg(e.job) FILTER (WHERE e.state = 'waiting'), array_agg(e.execution) FILTER (WHERE e.state = 'waiting'),
    array_agg(e.lane_id) FILTER (WHERE e.state = 'waiting'), array_agg(e.run_at) FILTER (WHERE e.state = 'waiting'),
    array_agg((e.attempt + (e.outcome <> 'release')::integer)::smallint) FILTER (WHERE e.state = 'waiting')
  INTO o_jobs, o_executions, o_states, v_jobs, v_executions, v_lanes, v_run_at, v_attempts FROM ended e;
  IF v_jobs IS NOT NULL THEN
    PERFORM workers.enqueue(v_jobs, v_executions, v_lanes, v_attempts, v_run_at, true, true);
  END IF;
  PERFORM workers.take_from_leases(p_fences, o_jobs);
  PERFORM workers.tally_jobs(o_jobs, o_states);
END $$;
COMMENT ON FUNCTION workers.end_attempts IS 'Retries, fails, gives back or cancels claimed jobs.';
