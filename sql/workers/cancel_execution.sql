-- workers.cancel_execution: cancel an execution. Waiting jobs are cancelled at once; active ones lose their claims,
-- so that whatever their workers still send is refused (TU001), and the workers are told to stop. A chunk routine
-- that is running for the execution is waited for. Rows that other transactions are moving at this moment follow with
-- the next sweep. An execution that has ended stays as it is. Returns whether anything was cancelled.
-- Locks: its leases, its blocked rows, then the execution. Raises: TU016 unknown execution.
CREATE OR REPLACE FUNCTION workers.cancel_execution(p_execution bigint, p_reason text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_status text;
  v_ended record;
BEGIN
  PERFORM FROM lease l WHERE p_execution = ANY (l.executions) ORDER BY l.id FOR UPDATE;
  PERFORM FROM blocked b WHERE b.execution_id = p_execution ORDER BY b.id FOR UPDATE;
  SELECT e.status INTO v_status FROM execution e WHERE e.id = p_execution FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'TU016', DETAIL = jsonb_build_object('execution', 'exec-' || p_execution)::text,
      MESSAGE = format('There is no execution exec-%s.', p_execution);
  END IF;
  IF v_status NOT IN ('pending', 'running') THEN
    RETURN false;
  END IF;
  UPDATE execution e SET cancel_requested_at = coalesce(e.cancel_requested_at, now()),
      cancel_reason = coalesce(e.cancel_reason, p_reason)
    WHERE e.id = p_execution;
  v_ended := workers.collect_cancelled(p_execution);
  PERFORM workers.count_jobs(v_ended.o_executions, v_ended.o_states, v_ended.o_places);
  PERFORM pg_notify('workers_cancelled', p_execution::text);
  RETURN true;
END $$;
COMMENT ON FUNCTION workers.cancel_execution IS
  'Cancels an execution: waiting jobs at once, active ones by their claims.';
