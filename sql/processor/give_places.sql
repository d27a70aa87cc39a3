-- processor.give_places: give back the places of items that have ended. A share may go below zero: only their sum counts.
-- Locks: a share that nobody holds, else the first that is free. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.give_places(p_items integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_id smallint;
BEGIN
  IF p_items = 0 THEN
    RETURN;
  END IF;
  SELECT q.id INTO v_id FROM queue_place q ORDER BY q.used DESC LIMIT 1 FOR UPDATE SKIP LOCKED;
  UPDATE queue_place q SET used = q.used - p_items
    WHERE q.id = coalesce(v_id, 1 + floor(random() * (SELECT count(*) FROM queue_place)));
END $$;
COMMENT ON FUNCTION processor.give_places IS 'Gives back places of the queue.';
