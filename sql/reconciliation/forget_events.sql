-- reconciliation.forget_events: of the next p_rows lines of history above p_after, delete those that are older than
-- p_before and of settled mismatches. o_last is where to go on, NULL at the end: what comes after a younger line is
-- younger still.
-- Locks: the rows it deletes. Raises: nothing.
CREATE OR REPLACE FUNCTION reconciliation.forget_events(p_after bigint, p_before timestamptz, p_rows integer,
  OUT o_last bigint, OUT o_forgotten bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_seen bigint;
  v_young boolean;
  v_mismatches uuid[];
BEGIN
  SELECT count(*), max(s.id), bool_or(s.at >= p_before), array_agg(DISTINCT s.mismatch_id)
    INTO v_seen, o_last, v_young, v_mismatches
    FROM (SELECT t.* FROM mismatch_event t WHERE t.id > p_after ORDER BY t.id LIMIT p_rows) s;
  DELETE FROM mismatch_event t WHERE t.id > p_after AND t.id <= o_last AND t.at < p_before
    AND t.mismatch_id = ANY (array(SELECT reconciliation.settled_mismatches(v_mismatches, p_before)));
  GET DIAGNOSTICS o_forgotten = ROW_COUNT;
  IF v_seen < p_rows OR v_young THEN
    o_last := NULL;
  END IF;
END $$;
COMMENT ON FUNCTION reconciliation.forget_events(bigint, timestamptz, integer) IS
  'Deletes the history of settled mismatches.';
