-- processor.give_places: give back the places of items that have ended. A share may go below zero: only their sum counts.
-- Locks: a share that nobody holds, else any one of them. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.give_places(p_items integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_id smallint;
BEGIN
  IF p_items = 0 THEN
    RETURN;
  END IF;
  SELECT q.id INTO v_id FROM queue_place q ORDER BY q.used DESC LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN  -- drawn once: within the UPDATE it would be drawn anew for each row
    SELECT q.id INTO v_id FROM queue_place q ORDER BY random() LIMIT 1;
  END IF;
  UPDATE queue_place q SET used = q.used - p_items WHERE q.id = v_id;
END $$;
COMMENT ON FUNCTION processor.give_places IS 'Gives back places of the queue.';
