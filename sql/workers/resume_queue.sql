-- workers.resume_queue: end the pause of a queue, or the one of all queues when none is named, and wake its workers.
-- Returns whether it was paused. The pause of all queues and that of one are two things: neither ends the other.
-- Locks: the row of the pause. Raises: TU016 unknown queue.
CREATE OR REPLACE FUNCTION workers.resume_queue(p_queue text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_queue integer := workers.queue_named(p_queue);
  v_until timestamptz;
BEGIN
  DELETE FROM queue_pause p WHERE p.queue_id IS NOT DISTINCT FROM v_queue RETURNING coalesce(p.until, 'infinity')
    INTO v_until;
  PERFORM pg_notify('workers', q.name) FROM queue q WHERE v_queue IS NULL OR q.id = v_queue;
  RETURN coalesce(v_until > now(), false);
END $$;
COMMENT ON FUNCTION workers.resume_queue IS 'Ends a pause; returns whether there was one.';
