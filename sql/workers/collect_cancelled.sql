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
  v_waiting record;
BEGIN
  SELECT e.o_jobs INTO o_jobs
  FROM (SELECT array_agg(u.job) AS jobs, array_agg(l.id) AS fences, array_agg('cancel'::text) AS outcomes,
          array_agg(v_reason) AS errors
        FROM lease l, unnest(l.ids, l.executions) u(job, execution)
        WHERE l.id = ANY (v_fences) AND u.execution = p_execution) g,
    LATERAL workers.end_attempts(g.jobs, g.fences, g.outcomes, g.errors) e;
  v_waiting := workers.end_waiting(p_execution, v_reason);
  o_executions := array_fill(p_execution, ARRAY[cardinality(o_jobs)]) || v_waiting.o_executions;
  o_states := array_fill('cancelled'::text, ARRAY[cardinality(o_jobs)]) || v_waiting.o_states;
  o_places := array_fill(1, ARRAY[cardinality(o_jobs)]) || v_waiting.o_places;
  o_jobs := o_jobs || v_waiting.o_jobs;
END $$;
COMMENT ON FUNCTION workers.collect_cancelled IS 'Cancels what is left of an execution.';
