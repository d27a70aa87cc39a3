-- workers.pause_queue: let nothing be claimed from a queue, or from any when none is named, until it is resumed or
-- p_until has come. What is claimed already goes on. A second pause takes the place of the first and keeps its beginning.
-- Locks: the row of the pause. Raises: TU016 unknown queue.
CREATE OR REPLACE FUNCTION workers.pause_queue(p_queue text, p_by text, p_reason text, p_until timestamptz)
RETURNS timestamptz
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  INSERT INTO queue_pause AS p (queue_id, paused_by, reason, until)
  VALUES (workers.queue_named(p_queue), p_by, p_reason, p_until)
  ON CONFLICT (queue_id) DO UPDATE SET paused_by = excluded.paused_by, reason = excluded.reason, until = excluded.until,
    paused_at = CASE WHEN p.until <= now() THEN now() ELSE p.paused_at END
  RETURNING p.paused_at
$$;
COMMENT ON FUNCTION workers.pause_queue IS 'Pauses a queue, or all; returns since when.';
