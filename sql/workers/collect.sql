-- workers.collect: what a sweep finds: claims of lost workers, remains of cancelled executions, executions whose held
-- jobs became due. A bounded share each time, so that a poll which sweeps stays short.
-- Returns the jobs taken back or ended, with 1 in o_places where the job had been admitted; executions to admit;
-- lanes to wake.
-- Locks: leases, blocked and ready rows, skipping those of others.
CREATE OR REPLACE FUNCTION workers.collect(OUT o_jobs bigint[], OUT o_executions bigint[], OUT o_states text[],
  OUT o_places integer[], OUT o_room bigint[], OUT o_lanes integer[])
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_execution bigint;
BEGIN
  SELECT l.o_jobs, l.o_executions, l.o_states, array_fill(1, ARRAY[cardinality(l.o_jobs)]), l.o_lanes
    INTO o_jobs, o_executions, o_states, o_places, o_lanes FROM workers.collect_lost(100) l;
  FOR v_execution IN SELECT e.id FROM execution e
      WHERE e.cancel_requested_at IS NOT NULL AND e.completed_at IS NULL ORDER BY e.id LIMIT 10 LOOP
    SELECT collect.o_jobs || c.o_jobs, collect.o_executions || c.o_executions, collect.o_states || c.o_states,
        collect.o_places || c.o_places
      INTO o_jobs, o_executions, o_states, o_places FROM workers.collect_cancelled(v_execution) c;
  END LOOP;
  o_room := array(
    SELECT e.id FROM execution e WHERE e.admitted < e.parallelism
      AND e.id IN (SELECT h.execution_id FROM held h WHERE h.run_at <= now()) ORDER BY e.id LIMIT 100);
END $$;
COMMENT ON FUNCTION workers.collect IS 'Takes back lost claims and finds what else a sweep has to move.';
