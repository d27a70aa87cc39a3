-- workers.restart_job: take an active job away from its worker, as if that were lost: its claim no longer holds, and
-- the job runs again at once as another attempt, or fails when that was its last. The worker is told to stop. Returns
-- false for a job that is not active. Waits a moment for a chunk routine that runs under the claim.
-- Locks: the lease, its dependents' rows of blocked when it failed, the execution. Raises: 55P03 the chunk goes on.
CREATE OR REPLACE FUNCTION workers.restart_job(p_execution bigint, p_key text, p_reason text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public SET lock_timeout = '2s' AS $$
DECLARE
  v_job bigint := (SELECT j.id FROM job j WHERE j.execution_id = p_execution AND j.key = p_key);
  v_fence bigint;
  v_ended record;
  v_opened record;
BEGIN
  SELECT l.id INTO v_fence FROM lease l WHERE p_execution = ANY (l.executions) AND v_job = ANY (l.ids) FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  v_ended := workers.end_attempts(ARRAY[v_job], ARRAY[v_fence], ARRAY['lost'], ARRAY[p_reason]);
  v_opened := workers.open_ended(v_ended.o_jobs, v_ended.o_states);
  PERFORM workers.count_jobs(v_ended.o_executions || v_opened.o_executions, v_ended.o_states || v_opened.o_states,
    ARRAY[1] || array_fill(0, ARRAY[cardinality(v_opened.o_jobs)]));
  PERFORM workers.notify(v_opened.o_lanes || array(SELECT j.lane_id FROM job j WHERE j.id = v_job));
  PERFORM pg_notify('workers_cancelled', p_execution::text);
  RETURN true;
END $$;
COMMENT ON FUNCTION workers.restart_job IS 'Takes an active job away from its worker; it runs again.';
