-- workers.end_waiting: cancel the jobs of an execution that no worker has: ready, held and blocked ones. Rows that others
-- hold at this moment are left. Returns the jobs with their states, and 1 in o_places for those that had been admitted.
-- Locks: blocked, ready and held rows of the execution, skipping those of others. The caller counts them. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.end_waiting(p_execution bigint, p_reason text,
  OUT o_jobs bigint[], OUT o_executions bigint[], OUT o_states text[], OUT o_places integer[])
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_blocked bigint[] := array(
    SELECT b.id FROM blocked b WHERE b.execution_id = p_execution ORDER BY b.id FOR UPDATE SKIP LOCKED);
  v_ready bigint[] := array(
    SELECT r.id FROM ready r WHERE r.execution_id = p_execution ORDER BY r.id FOR UPDATE SKIP LOCKED);
  v_held bigint[] := array(
    SELECT h.id FROM held h WHERE h.execution_id = p_execution ORDER BY h.id FOR UPDATE SKIP LOCKED);
  v_waiting bigint[];
  v_admitted bigint[];
BEGIN
  WITH gone AS (
    DELETE FROM ready r WHERE r.execution_id = p_execution AND r.id = ANY (v_ready) RETURNING r.ids, r.attempt
  ), ended AS (
    INSERT INTO finished_job (id, attempt, state, error)
    SELECT u.job, g.attempt - 1, 'cancelled', p_reason FROM gone g, unnest(g.ids) u(job) RETURNING id
  ) SELECT coalesce(array_agg(e.id), '{}') INTO v_admitted FROM ended e;
  WITH gone AS (
    DELETE FROM held h WHERE h.execution_id = p_execution AND h.id = ANY (v_held) RETURNING h.ids, h.attempt
  ), unblocked AS (
    DELETE FROM blocked b WHERE b.id = ANY (v_blocked) RETURNING b.id
  ), ended AS (
    INSERT INTO finished_job (id, attempt, state, error)
    SELECT u.job, g.attempt - 1, 'cancelled', p_reason FROM gone g, unnest(g.ids) u(job)
    UNION ALL SELECT b.id, 0, 'cancelled', p_reason FROM unblocked b RETURNING id
  ) SELECT coalesce(array_agg(e.id), '{}') INTO v_waiting FROM ended e;
  PERFORM workers.tally_jobs(v_admitted || v_waiting, array_fill('cancelled'::text,
    ARRAY[cardinality(v_admitted) + cardinality(v_waiting)]));
  o_jobs := v_admitted || v_waiting;
  o_executions := array_fill(p_execution, ARRAY[cardinality(o_jobs)]);
  o_states := array_fill('cancelled'::text, ARRAY[cardinality(o_jobs)]);
  o_places := array_fill(1, ARRAY[cardinality(v_admitted)]) || array_fill(0, ARRAY[cardinality(v_waiting)]);
END $$;
COMMENT ON FUNCTION workers.end_waiting IS 'Cancels the jobs of an execution that no worker has.';
