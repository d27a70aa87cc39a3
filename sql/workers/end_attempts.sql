-- workers.end_attempts: end attempts other than by success. The caller has locked the leases; jobs that they don't hold are
-- left out of the answer. Each job has an outcome:
--   retry    failed; again after a backoff that doubles with each attempt (and varies by a quarter), or failed for good
--   lost     its worker is gone; again at once, or failed for good when that was the last attempt
--   fail     failed for good
--   release  given back by a worker that stops; again at once, and the attempt is not counted
--   cancel   cancelled
-- Returns the jobs with the state they have now: waiting, failed or cancelled. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.end_attempts(p_jobs bigint[], p_fences bigint[], p_outcomes text[], p_errors text[],
  OUT o_jobs bigint[], OUT o_executions bigint[], OUT o_states text[])
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  c_longest CONSTANT float8 := 3600;  -- seconds of backoff at most
  v_ended jsonb;
BEGIN
  SELECT jsonb_agg(jsonb_build_object('job', e.job, 'execution', e.execution, 'lane', e.lane_id, 'attempt', e.attempt,
      'worker', e.worker_id, 'started_at', e.claimed_at, 'outcome', e.outcome, 'error', e.error, 'again', e.again,
      'state', e.state, 'run_at', now() + make_interval(secs => CASE WHEN e.outcome = 'retry'
        THEN least(e.backoff_seconds * 2 ^ (e.attempt - 1), c_longest) * (0.75 + random() / 2) ELSE 0 END)) ORDER BY e.job),
    coalesce(array_agg(e.job ORDER BY e.job), '{}'), coalesce(array_agg(e.execution ORDER BY e.job), '{}'),
    coalesce(array_agg(e.state ORDER BY e.job), '{}')
  INTO v_ended, o_jobs, o_executions, o_states
  FROM (SELECT d.outcome, d.error, l.*, u.job, u.execution, j.backoff_seconds, CASE
          WHEN d.outcome = 'cancel' THEN 'cancelled'
          WHEN d.outcome = 'release' OR d.outcome IN ('retry', 'lost') AND l.attempt < j.max_attempts THEN 'waiting'
          ELSE 'failed' END AS state
        FROM unnest(p_jobs, p_fences, p_outcomes, p_errors) d(job, fence, outcome, error)
        JOIN lease l ON l.id = d.fence
        JOIN LATERAL unnest(l.ids, l.executions) u(job, execution) ON u.job = d.job
        JOIN job j ON j.id = d.job) e;
  IF v_ended IS NULL THEN
    RETURN;
  END IF;
  INSERT INTO finished_job (id, worker_id, attempt, state, started_at, error)
  SELECT e.job, e.worker, e.attempt, e.state, e.started_at, e.error
  FROM jsonb_to_recordset(v_ended) e(job bigint, worker integer, attempt smallint, state text, started_at timestamptz, error text)
  WHERE e.state <> 'waiting';
  INSERT INTO job_attempt (job_id, attempt, worker_id, started_at, error)
  SELECT e.job, e.attempt, e.worker, e.started_at, e.error
  FROM jsonb_to_recordset(v_ended) e(job bigint, worker integer, attempt smallint, state text, started_at timestamptz, error text,
    outcome text)
  WHERE e.state = 'waiting' AND e.outcome <> 'release';
  PERFORM workers.enqueue(array_agg(e.job), array_agg(e.execution), array_agg(e.lane),
    array_agg((e.attempt + CASE WHEN e.outcome = 'release' THEN 0 ELSE 1 END)::smallint), array_agg(e.run_at), true, true)
  FROM jsonb_to_recordset(v_ended) e(job bigint, execution bigint, lane integer, attempt smallint, state text, outcome text,
    run_at timestamptz)
  WHERE e.state = 'waiting';
  PERFORM workers.take_from_leases(p_fences, o_jobs);
END $$;
COMMENT ON FUNCTION workers.end_attempts IS 'Retries, fails, gives back or cancels claimed jobs.';
