-- workers.drain_queue: cancel the jobs of a queue that wait or are delayed, save the product's own (lane.internal).
-- Active ones go on, and so do rows that others are claiming or putting back at this moment. Dependents follow their
-- policies. Returns how many jobs were cancelled, dependents not counted.
-- Locks: ready and held rows of the queue, skipping those of others; then as workers.poll, which never waits for
-- these. A job that adds dependents to what is drained here may wait for these while this waits for its: PostgreSQL
-- then refuses one of the two (40P01), who tries again. Raises: TU016 unknown queue.
CREATE OR REPLACE FUNCTION workers.drain_queue(p_queue text, p_reason text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_lanes integer[] := array(SELECT l.id FROM lane l WHERE l.queue_id = workers.queue_named(p_queue)
    AND NOT l.internal);
  v_ended record;
  v_opened record;
  v_woken integer[];
BEGIN
  WITH unready AS (
    DELETE FROM ready r WHERE r.id IN (
      SELECT x.id FROM ready x WHERE x.lane_id = ANY (v_lanes) ORDER BY x.id FOR UPDATE SKIP LOCKED)
    RETURNING r.ids, r.execution_id, r.attempt, 1 AS place
  ), unheld AS (
    DELETE FROM held h WHERE h.id IN (
      SELECT x.id FROM held x WHERE x.lane_id = ANY (v_lanes) ORDER BY x.id FOR UPDATE SKIP LOCKED)
    RETURNING h.ids, h.execution_id, h.attempt, 0 AS place
  ), gone AS MATERIALIZED (
    SELECT u.job, g.execution_id, g.attempt, g.place
    FROM (SELECT * FROM unready UNION ALL SELECT * FROM unheld) g, unnest(g.ids) u(job)
  ), ended AS (
    INSERT INTO finished_job (id, attempt, state, error)
    SELECT g.job, g.attempt - 1, 'cancelled', concat_ws(': ', 'drained', nullif(p_reason, '')) FROM gone g
  )
  SELECT coalesce(array_agg(g.job), '{}') AS jobs, coalesce(array_agg(g.execution_id), '{}') AS executions,
    array_fill('cancelled'::text, ARRAY[count(*)::integer]) AS states, coalesce(array_agg(g.place), '{}') AS places
  INTO v_ended FROM gone g;
  IF v_ended.jobs = '{}' THEN
    RETURN 0;
  END IF;
  PERFORM workers.tally_jobs(v_ended.jobs, v_ended.states);
  v_opened := workers.open_dependents(v_ended.jobs, v_ended.states);
  v_woken := workers.count_jobs(v_ended.executions || v_opened.o_executions, v_ended.states || v_opened.o_states,
    v_ended.places || array_fill(0, ARRAY[cardinality(v_opened.o_jobs)]));
  PERFORM workers.notify(v_woken || v_opened.o_lanes);
  RETURN cardinality(v_ended.jobs);
END $$;
COMMENT ON FUNCTION workers.drain_queue IS 'Cancels what waits in a queue; returns how many jobs.';
