-- workers.end_bulk: let the copied jobs of workers.begin_bulk run once p_run_at has come, and wake their workers. Returns
-- the execution.
-- Locks: nothing that others know of. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.end_bulk(p_execution bigint, p_lane integer, p_ids bigint[], p_run_at timestamptz)
RETURNS execution
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_execution execution;
BEGIN
  SELECT e.* INTO v_execution FROM execution e WHERE e.id = p_execution;
  IF v_execution.parallelism IS NULL THEN
    INSERT INTO ready (lane_id, priority, run_at, execution_id, attempt, linked, again, ids)
    SELECT p_lane, n.priority, greatest(now(), p_run_at), p_execution, 1, false, false, p_ids[g : g + 99]
    FROM lane n, generate_series(1, cardinality(p_ids), 100) g WHERE n.id = p_lane ORDER BY g;
  ELSE
    INSERT INTO held (lane_id, run_at, execution_id, attempt, linked, again, ids)
    SELECT p_lane, greatest(now(), p_run_at), p_execution, 1, false, false, p_ids[g : g + 99]
    FROM generate_series(1, cardinality(p_ids), 100) g ORDER BY g;
    PERFORM workers.admit(p_execution);
    SELECT e.* INTO v_execution FROM execution e WHERE e.id = p_execution;
  END IF;
  PERFORM workers.notify(ARRAY[p_lane]);
  RETURN v_execution;
END $$;
COMMENT ON FUNCTION workers.end_bulk IS 'Lets the jobs of a bulk submission run.';
