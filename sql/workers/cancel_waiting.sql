-- workers.cancel_waiting: cancel those jobs of an execution that no worker has, and let the active ones end by
-- themselves: the execution has ended when they have. Jobs that are being claimed at this moment count as active. Returns
-- the jobs that were cancelled.
-- Locks: its blocked, ready and held rows, skipping those of others, then the execution. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.cancel_waiting(p_execution bigint, p_reason text) RETURNS bigint[]
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_ended record := workers.end_waiting(p_execution, 'cancelled: ' || p_reason);
BEGIN
  IF v_ended.o_jobs <> '{}' THEN
    PERFORM workers.count_jobs(v_ended.o_executions, v_ended.o_states, v_ended.o_places);
    UPDATE execution e SET cancel_reason = coalesce(e.cancel_reason, p_reason) WHERE e.id = p_execution;
  END IF;
  RETURN v_ended.o_jobs;
END $$;
COMMENT ON FUNCTION workers.cancel_waiting IS 'Cancels the jobs of an execution that no worker has.';
