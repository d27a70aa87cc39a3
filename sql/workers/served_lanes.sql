-- workers.served_lanes: the lanes that a worker can serve, with what a claim needs of each: the queue, the lag
-- ((1 - weight) * horizon, in seconds), the class, and how many of its jobs one slot takes at once. The session keeps
-- the answer for a second: matching requirements for every poll would cost more than the claim. A new lane is seen at
-- once; a changed weight or horizon within the second.
-- Locks: nothing. Raises: TU002 when the worker isn't registered (any more).
CREATE OR REPLACE FUNCTION workers.served_lanes(p_worker integer, OUT o_lanes integer[], OUT o_queues integer[],
  OUT o_lags float8[], OUT o_classes text[], OUT o_chunks integer[], OUT o_lease_time interval)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_worker worker;
  v_key text;  -- of the registration and the newest lane
  v_kept text[] := string_to_array(current_setting('tutup.served', true), chr(31));
BEGIN
  -- every poll asks for the registration itself: a worker that was stopped must not claim
  SELECT w.* INTO v_worker FROM worker w WHERE w.id = p_worker AND w.stopped_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'TU002', DETAIL = jsonb_build_object('worker', p_worker)::text,
      MESSAGE = format('Worker %s is not registered: it was stopped or given up. Register again.', p_worker);
  END IF;
  o_lease_time := v_worker.lease_time;
  v_key := concat_ws(' ', p_worker, v_worker.started_at, (SELECT max(l.id) FROM lane l));
  IF v_kept[1] = v_key AND v_kept[2]::timestamptz > clock_timestamp() THEN
    o_lanes := v_kept[3]; o_queues := v_kept[4]; o_lags := v_kept[5]; o_classes := v_kept[6]; o_chunks := v_kept[7];
    RETURN;
  END IF;
  SELECT coalesce(array_agg(l.id ORDER BY l.id), '{}'), coalesce(array_agg(l.queue_id::integer ORDER BY l.id), '{}'),
      coalesce(array_agg(extract(epoch FROM (1 - c.weight)::float8 * q.horizon)::float8 ORDER BY l.id), '{}'),
      coalesce(array_agg(l.priority ORDER BY l.id), '{}'),
      coalesce(array_agg(coalesce((v_worker.prefetch ->> l.type)::integer, 1) ORDER BY l.id), '{}')
    INTO o_lanes, o_queues, o_lags, o_classes, o_chunks
    FROM lane l JOIN queue q ON q.id = l.queue_id JOIN priority_class c ON c.name = l.priority
    WHERE (q.name = ANY (v_worker.queues) OR '*' = ANY (v_worker.queues))
      AND (v_worker.types IS NULL OR l.type = ANY (v_worker.types))
      AND workers.lane_fits(l.labels, l.comparisons, v_worker.capabilities, v_worker.metadata);
  PERFORM set_config('tutup.served', concat_ws(chr(31), v_key, clock_timestamp() + interval '1 second', o_lanes,
    o_queues, o_lags, o_classes, o_chunks), false);
END $$;
COMMENT ON FUNCTION workers.served_lanes IS 'The lanes that a worker can serve, as its session knows them.';
