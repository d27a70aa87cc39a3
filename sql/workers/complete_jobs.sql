-- workers.complete_jobs: write the outputs of jobs that this worker's claims hold. The claim is the fence: what it no
-- longer holds is left out of the answer. p_outputs: JSON array in the order of p_jobs, or NULL when there are none.
-- p_whole: all jobs are of one claim, so it may be the whole of it, which needs one statement (the usual case under
-- load). p_jobs are in order of claim and job.
-- Locks: the leases, in order of id. Raises: a unique violation when a job was finished twice, which must never
-- happen.
CREATE OR REPLACE FUNCTION workers.complete_jobs(p_worker integer, p_jobs bigint[], p_fences bigint[], p_outputs jsonb,
  p_whole boolean, OUT o_jobs bigint[], OUT o_executions bigint[], OUT o_linked boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_lease record;
  v_count integer := cardinality(p_jobs);
BEGIN
  IF p_whole THEN
    DELETE FROM lease l USING lane n WHERE l.id = p_fences[1] AND l.worker_id = p_worker AND l.ids = p_jobs
        AND n.id = l.lane_id
      RETURNING l.attempt, l.claimed_at, l.linked, l.executions, n.queue_id INTO v_lease;
    IF FOUND THEN
      INSERT INTO finished_job (id, worker_id, attempt, state, started_at, output)
      SELECT d.job, p_worker, v_lease.attempt, 'completed', v_lease.claimed_at, nullif(d.output, 'null')
      FROM ROWS FROM (unnest(p_jobs), jsonb_array_elements(p_outputs)) d(job, output);
      PERFORM workers.tally_up(v_lease.queue_id, v_count, 0, 0, 0,
        v_count * extract(epoch FROM clock_timestamp() - v_lease.claimed_at)::float8);
      o_jobs := p_jobs;
      o_executions := v_lease.executions;
      o_linked := v_lease.linked;
      RETURN;
    END IF;
  END IF;
  PERFORM FROM lease l WHERE l.id = ANY (p_fences) AND l.worker_id = p_worker ORDER BY l.id FOR NO KEY UPDATE;
  WITH mine AS MATERIALIZED (
    SELECT l.id AS fence, l.attempt, l.claimed_at, l.linked, u.job, u.execution
    FROM lease l, unnest(l.ids, l.executions) u(job, execution) WHERE l.id = ANY (p_fences) AND l.worker_id = p_worker
  ), good AS MATERIALIZED (
    SELECT m.*, nullif(d.output, 'null') AS output
    FROM ROWS FROM (unnest(p_jobs), unnest(p_fences), jsonb_array_elements(p_outputs)) d(job, fence, output)
    JOIN mine m ON m.job = d.job AND m.fence = d.fence
  ), kept AS (
    INSERT INTO finished_job (id, worker_id, attempt, state, started_at, output)
    SELECT g.job, p_worker, g.attempt, 'completed', g.claimed_at, g.output FROM good g
  )
  SELECT coalesce(array_agg(g.job), '{}'), coalesce(array_agg(g.execution), '{}'), coalesce(bool_or(g.linked), false)
    INTO o_jobs, o_executions, o_linked FROM good g;
  PERFORM workers.take_from_leases(p_fences, o_jobs);
  PERFORM workers.tally_jobs(o_jobs, array_fill('completed'::text, ARRAY[cardinality(o_jobs)]));
END $$;
COMMENT ON FUNCTION workers.complete_jobs IS
  'Completes jobs that the claims still hold; returns them with their executions.';
