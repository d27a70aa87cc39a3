-- workers.queue_room: how many jobs of a queue may start now, by its concurrency and its rate limit; NULL without a
-- limit, -1 while another session is claiming from it, or when its next window begins within a second: ask again in a
-- moment. Whoever got an answer keeps the queue to
-- itself until its transaction ends, so that the limits hold exactly; active jobs are counted where they are, in
-- `lease`, so that nothing has to give a place back.
-- Locks: the queue's row, if it has a limit; never waits.
CREATE OR REPLACE FUNCTION workers.queue_room(p_queue integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_queue queue;
  v_room integer;
  v_window_ends timestamptz;
BEGIN
  IF EXISTS (SELECT FROM queue q WHERE q.id = p_queue AND q.concurrency IS NULL AND q.rate_limit IS NULL) THEN
    RETURN NULL;
  END IF;
  SELECT q.* INTO v_queue FROM queue q WHERE q.id = p_queue FOR NO KEY UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN -1;
  END IF;
  -- a new statement, so a new snapshot: it sees what the one before us claimed
  v_room := v_queue.concurrency - (SELECT coalesce(sum(cardinality(l.ids)), 0) FROM lease l JOIN lane n ON n.id = l.lane_id
                                   WHERE n.queue_id = p_queue);
  IF v_queue.rate_limit IS NOT NULL THEN
    v_window_ends := v_queue.window_started_at + make_interval(secs => v_queue.rate_seconds);
    IF v_window_ends > clock_timestamp() THEN
      v_room := least(v_room, v_queue.rate_limit - v_queue.window_used);
      IF v_queue.window_used >= v_queue.rate_limit AND v_window_ends < clock_timestamp() + interval '1 second' THEN
        RETURN -1;
      END IF;
    ELSE
      v_room := least(v_room, v_queue.rate_limit);
    END IF;
  END IF;
  RETURN greatest(v_room, 0);
END $$;
COMMENT ON FUNCTION workers.queue_room IS 'How many jobs of a queue may start now.';
