-- workers.claim: lease due jobs to a worker, as many as its free slots take, in the order of due time + lag over all
-- lanes that it serves; none of a paused queue, none beyond the limits of a queue. A row for each claim, as
-- workers.poll gives it; o_busy: slots are left, and due jobs that others hold at this moment: ask again in a moment.
-- Locks: queues with a limit and rows of `ready`, skipping those of others. Raises: TU002 when the worker isn't
-- registered (any more).
CREATE OR REPLACE FUNCTION workers.claim(p_worker integer, p_slots integer, OUT o_fences bigint[],
  OUT o_executions bigint[], OUT o_jobs integer, OUT o_busy boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  c_many CONSTANT integer := 64;  -- lanes from which on it is cheaper to look along the classes
  v_served record := workers.served_lanes(p_worker);
  v_lanes integer[] := v_served.o_lanes;  -- those that are left: a lane that has nothing to give becomes NULL
  v_many boolean := cardinality(v_lanes) > c_many;
  v_left integer := p_slots;
  v_head record;
  v_place bigint;
  v_rival timestamptz;
  v_bound timestamptz := 'infinity';  -- where the first lane that others hold may go on: nothing beyond is taken
  v_room integer;
  v_claim record;
BEGIN
  o_fences := '{}'; o_executions := '{}'; o_jobs := 0; o_busy := false;
  IF v_served.o_paused IS NOT NULL THEN
    v_lanes := array(
      SELECT CASE WHEN u.queue <> ALL (v_served.o_paused) THEN u.lane END
      FROM unnest(v_lanes, v_served.o_queues) WITH ORDINALITY u(lane, queue, place) ORDER BY u.place);
  END IF;
  WHILE v_left > 0 LOOP
    IF v_many THEN
      SELECT (array_agg(u.place ORDER BY u.order_at, u.place))[1],
          least((array_agg(u.order_at ORDER BY u.order_at, u.place))[2], min(h.o_seen))
        INTO v_place, v_rival FROM workers.class_heads(v_lanes, v_served.o_lags, v_served.o_classes) h,
          unnest(h.o_places, h.o_orders) u(place, order_at);
    ELSE
      v_head := workers.lane_heads(v_lanes, v_served.o_lags);
      v_place := v_head.o_place;
      v_rival := v_head.o_rival;
    END IF;
    EXIT WHEN v_place IS NULL;
    v_rival := least(v_rival, v_bound);
    v_room := workers.queue_room(v_served.o_queues[v_place]);
    IF v_room <= 0 THEN
      o_busy := o_busy OR v_room < 0;
      v_lanes := array(
        SELECT CASE WHEN u.queue <> v_served.o_queues[v_place] THEN u.lane END
        FROM unnest(v_lanes, v_served.o_queues) WITH ORDINALITY u(lane, queue, place) ORDER BY u.place);
      CONTINUE;
    END IF;
    -- only as far as the next lane's first job: what comes after that is due later by weight
    v_claim := workers.claim_lane(p_worker, v_lanes[v_place],
      least(v_left * v_served.o_chunks[v_place], v_room),
      CASE WHEN v_rival = 'infinity' THEN v_rival
        ELSE v_rival - make_interval(secs => v_served.o_lags[v_place]) END, v_served.o_lease_time);
    IF v_claim.o_fence IS NULL THEN
      o_busy := true;
      EXIT WHEN v_bound < 'infinity';
      v_bound := v_rival;
      v_lanes[v_place] := NULL;
      CONTINUE;
    END IF;
    IF v_room IS NOT NULL THEN
      PERFORM workers.use_rate(v_served.o_queues[v_place], v_claim.o_jobs);
    END IF;
    o_fences := o_fences || v_claim.o_fence;
    o_executions := o_executions || v_claim.o_executions;
    o_jobs := o_jobs + v_claim.o_jobs;
    v_left := v_left - (v_claim.o_jobs - 1) / v_served.o_chunks[v_place] - 1;
  END LOOP;
  o_busy := o_busy AND v_left > 0;
END $$;
COMMENT ON FUNCTION workers.claim IS 'Leases due jobs to a worker, heavier and older ones first.';
