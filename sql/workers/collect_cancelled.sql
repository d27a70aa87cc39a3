-- workers.collect_cancelled: end what is left of an execution whose cancelling was requested: waiting jobs, and
-- active ones by taking them out of their claims. Rows that others hold at this moment are left for the next sweep.
-- Returns the jobs with their states, and 1 in o_places for those that had been admitted.
-- Locks: leases, blocked, ready and held rows of the execution, skipping those of others.
CREATE OR REPLACE FUNCTION workers.collect_cancelled(p_execution bigint,
  OUT o_jobs bigint[], OUT o_executions bigint[], OUT o_states text[], OUT o_places integer[])
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_reason text := (SELECT 'cancelled: ' || e.cancel_reason FROM execution e WHERE e.id = p_execution);
  v_fences bigint[] := array(
    SELECT l.id FROM lease l WHERE p_execution = ANY (l.executions) ORDER BY l.id FOR UPDATE SKIP LOCKED);
  v_blocked bigint[] := array(
    SELECT b.id FROM blocked b WHERE b.execution_id = p_execution ORDER BY b.id FOR UPDATE SKIP LOCKED);
  v_ready bigint[] := array(
    SELECT r.id FROM ready r WHERE r.execution_id = p_execution ORDER BY r.id FOR UPDATE SKIP LOCKED);
  v_held bigint[] := array(
    SELECT h.id FROM held h WHERE h.execution_id = p_execution ORDER BY h.id FOR UPDATE SKIP LOCKED);
  v_waiting bigint[];
  v_admitted bigint[];
BEGIN
  SELECT e.o_jobs INTO o_jobs
  FROM (SELECT array_agg(u.job) AS jobs, array_agg(l.id) AS fences, array_agg('cancel'::text) AS outcomes,
          array_agg(v_reason) AS errors
        FROM lease l, unnest(l.ids, l.executions) u(job, execution)
        WHERE l.id = ANY (v_fences) AND u.execution = p_execution) g,
    LATERAL workers.end_attempts(g.jobs, g.fences, g.outcomes, g.errors) e;
  WITH gone AS (
    DELETE FROM ready r WHERE r.execution_id = p_execution AND r.id = ANY (v_ready) RETURNING r.ids, r.attempt
  ), ended AS (
    INSERT INTO finished_job (id, attempt, state, error)
    SELECT u.job, g.attempt - 1, 'cancelled', v_reason FROM gone g, unnest(g.ids) u(job) RETURNING id
  ) SELECT coalesce(array_agg(e.id), '{}') INTO v_admitted FROM ended e;
  WITH gone AS (
    DELETE FROM held h WHERE h.execution_id = p_execution AND h.id = ANY (v_held) RETURNING h.ids, h.attempt
  ), unblocked AS (
    DELETE FROM blocked b WHERE b.id = ANY (v_blocked) RETURNING b.id
  ), ended AS (
    INSERT INTO finished_job (id, attempt, state, error)
    SELECT u.job, g.attempt - 1, 'cancelled', v_reason FROM gone g, unnest(g.ids) u(job)
    UNION ALL SELECT b.id, 0, 'cancelled', v_reason FROM unblocked b RETURNING id
  ) SELECT coalesce(array_agg(e.id), '{}') INTO v_waiting FROM ended e;
  PERFORM workers.tally_jobs(v_admitted || v_waiting, array_fill('cancelled'::text,
    ARRAY[cardinality(v_admitted) + cardinality(v_waiting)]));
  v_admitted := o_jobs || v_admitted;
  o_jobs := v_admitted || v_waiting;
  o_executions := array_fill(p_execution, ARRAY[cardinality(o_jobs)]);
  o_states := array_fill('cancelled'::text, ARRAY[cardinality(o_jobs)]);
  o_places := array_fill(1, ARRAY[cardinality(v_admitted)]) || array_fill(0, ARRAY[cardinality(v_waiting)]);
END $$;
COMMENT ON FUNCTION workers.collect_cancelled IS 'Cancels what is left of an execution.';
