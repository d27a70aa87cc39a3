-- processor.take_places: take places of the queue for a submission's items; false, and nothing taken, when it would hold
-- more than p_limit items then. Exact: no share ever holds more than its part of the limit, unless all shares are locked
-- and laid out anew, so that they never add up to more.
-- Locks: a share that nobody holds; when none has enough, all of them in order of id.
CREATE OR REPLACE FUNCTION processor.take_places(p_items integer, p_limit integer) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_shares integer := (SELECT count(*) FROM queue_place);
  v_id smallint;
  v_total bigint;
BEGIN
  SELECT q.id INTO v_id FROM queue_place q WHERE q.used + p_items <= p_limit / v_shares
    ORDER BY q.used LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF FOUND THEN
    UPDATE queue_place q SET used = q.used + p_items WHERE q.id = v_id;
    RETURN true;
  END IF;
  PERFORM FROM queue_place q ORDER BY q.id FOR UPDATE;
  SELECT sum(q.used) + p_items INTO v_total FROM queue_place q;
  IF v_total > p_limit THEN
    RETURN false;
  END IF;
  UPDATE queue_place q SET used = v_total / v_shares + (q.id <= v_total % v_shares)::integer;
  RETURN true;
END $$;
COMMENT ON FUNCTION processor.take_places IS 'Takes places of the queue, if there are so many.';
