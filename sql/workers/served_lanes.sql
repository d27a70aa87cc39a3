-- workers.served_lanes: the lanes that a worker can serve, with what a claim needs of each: the queue, the lag
-- (workers.class_lag, in seconds), the class, and how many of its jobs one slot takes at once. The session keeps
-- the answer for a second: matching requirements for every poll would cost more than the claim. A new lane is seen at
-- once; a changed weight or horizon within the second. Pauses (o_paused: the queues, NULL when there is none, with a
-- NULL among them when all are) and the registration itself are never kept.
-- Locks: nothing. Raises: TU002 when the worker isn't registered (any more).
CREATE OR REPLACE FUNCTION workers.served_lanes(p_worker integer, OUT o_lanes integer[], OUT o_queues integer[],
  OUT o_lags float8[], OUT o_classes text[], OUT o_chunks integer[], OUT o_lease_time interval, OUT o_paused integer[])
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_worker record;
  v_key text;  -- of the registration and the newest lane
  v_kept text[] := string_to_array(current_setting('tutup.served', true), chr(31));
BEGIN
  SELECT w.started_at, w.lease_time, (SELECT max(l.id) FROM lane l) AS newest, workers.paused_queues() AS paused
    INTO v_worker FROM worker w WHERE w.id = p_worker AND w.stopped_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'TU002', DETAIL = jsonb_build_object('worker', p_worker)::text,
      MESSAGE = format('Worker %s is not registered: it was stopped or given up. Register again.', p_worker);
  END IF;
  o_lease_time := v_worker.lease_time;
  o_paused := v_worker.paused;
  v_key := concat_ws(' ', p_worker, v_worker.started_at, v_worker.newest);
  IF v_kept[1] = v_key AND v_kept[2]::timestamptz > clock_timestamp() THEN
    o_lanes := v_kept[3]; o_queues := v_kept[4]; o_lags := v_kept[5]; o_classes := v_kept[6]; o_chunks := v_kept[7];
    RETURN;
  END IF;
  SELECT coalesce(array_agg(l.id ORDER BY l.id), '{}'), coalesce(array_agg(l.queue_id::integer ORDER BY l.id), '{}'),
      coalesce(array_agg(extract(epoch FROM workers.class_lag(c.weight, q.horizon))::float8 ORDER BY l.id), '{}'),
      coalesce(array_agg(l.priority ORDER BY l.id), '{}'),
      coalesce(array_agg(coalesce((w.prefetch ->> l.type)::integer, 1) ORDER BY l.id), '{}')
    INTO o_lanes, o_queues, o_lags, o_classes, o_chunks
    FROM worker w CROSS JOIN lane l JOIN queue q ON q.id = l.queue_id JOIN priority_class c ON c.name = l.priority
    WHERE w.id = p_worker AND (q.name = ANY (w.queues) OR '*' = ANY (w.queues))
      AND (w.types IS NULL OR l.type = ANY (w.types)) AND (w.has_session OR NOT l.internal)
      AND workers.lane_fits(l.labels, l.comparisons, w.capabilities, w.metadata);
  PERFORM set_config('tutup.served', concat_ws(chr(31), v_key, clock_timestamp() + interval '1 second', o_lanes,
    o_queues, o_lags, o_classes, o_chunks), false);
END $$;
COMMENT ON FUNCTION workers.served_lanes IS 'The lanes that a worker can serve, as its session knows them.';
