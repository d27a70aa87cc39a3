-- workers.admit: let through as many held jobs of an execution as its parallelism has room for, oldest first.
-- What is let through became due now: its place in the lane is behind the claim marks of the sessions.
-- Locks: none of its own; the caller holds the execution's row. Returns the lanes that got jobs.
CREATE OR REPLACE FUNCTION workers.admit(p_execution bigint) RETURNS integer[]
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_room integer := (SELECT e.parallelism - e.admitted FROM execution e WHERE e.id = p_execution);
  v_taken integer := 0;
  v_lanes integer[] := '{}';
  v_row held;
BEGIN
  IF v_room IS NULL OR v_room <= 0 THEN
    RETURN v_lanes;
  END IF;
  FOR v_row IN SELECT h.* FROM held h WHERE h.execution_id = p_execution AND h.run_at <= now()
      ORDER BY h.run_at, h.id LOOP
    EXIT WHEN v_taken >= v_room;
    INSERT INTO ready (lane_id, priority, run_at, execution_id, attempt, linked, again, ids)
      SELECT v_row.lane_id, n.priority, now(), p_execution, v_row.attempt, v_row.linked, v_row.again,
        v_row.ids[: v_room - v_taken] FROM lane n WHERE n.id = v_row.lane_id;
    IF cardinality(v_row.ids) <= v_room - v_taken THEN
      DELETE FROM held h WHERE h.execution_id = p_execution AND h.run_at = v_row.run_at AND h.id = v_row.id;
    ELSE
      UPDATE held h SET ids = h.ids[v_room - v_taken + 1 :]
        WHERE h.execution_id = p_execution AND h.run_at = v_row.run_at AND h.id = v_row.id;
    END IF;
    v_taken := v_taken + least(cardinality(v_row.ids), v_room - v_taken);
    v_lanes := v_lanes || v_row.lane_id;
  END LOOP;
  UPDATE execution e SET admitted = e.admitted + v_taken WHERE e.id = p_execution AND v_taken > 0;
  RETURN v_lanes;
END $$;
COMMENT ON FUNCTION workers.admit IS 'Lets held jobs of an execution into ready as far as its parallelism allows.';
