-- workers.bring_forward: make due now what handlers put off of an execution (workers.end_attempts, release with p_until).
-- Returns how many jobs.
-- Locks: those rows of ready, skipping those of others, then the execution. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.bring_forward(p_execution bigint) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_ready bigint[] := array(
    SELECT r.id FROM ready r WHERE r.execution_id = p_execution AND r.run_at > now()
      AND EXISTS (SELECT FROM deferral d WHERE d.job_id = ANY (r.ids) AND d.until = r.run_at)
    ORDER BY r.id FOR UPDATE SKIP LOCKED);
  v_jobs bigint[];
  v_lanes integer[];
BEGIN
  PERFORM FROM execution e WHERE e.id = p_execution FOR NO KEY UPDATE;
  WITH let_in AS (
    UPDATE ready r SET run_at = now() WHERE r.execution_id = p_execution AND r.id = ANY (v_ready)
    RETURNING r.lane_id, r.ids
  ), held_back AS (
    UPDATE held h SET run_at = now() WHERE h.execution_id = p_execution AND h.run_at > now()
      AND EXISTS (SELECT FROM deferral d WHERE d.job_id = ANY (h.ids) AND d.until = h.run_at)
    RETURNING h.lane_id, h.ids
  )
  SELECT coalesce(array_agg(u.job), '{}'), coalesce(array_agg(DISTINCT m.lane_id), '{}') INTO v_jobs, v_lanes
  FROM (SELECT * FROM let_in UNION ALL SELECT * FROM held_back) m, unnest(m.ids) u(job);
  DELETE FROM deferral d WHERE d.job_id = ANY (v_jobs);
  IF v_jobs <> '{}' THEN
    PERFORM workers.admit(p_execution);
    PERFORM workers.notify(v_lanes);
  END IF;
  RETURN cardinality(v_jobs);
END $$;
COMMENT ON FUNCTION workers.bring_forward IS 'Makes due now what handlers put off of an execution.';
