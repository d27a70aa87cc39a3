-- workers.claim: lease up to p_slots due jobs to a worker, in the order of due time + lag over all lanes that it
-- serves. o_busy: slots are left, and due jobs in rows that others hold at this moment: ask again in a moment.
-- Locks: rows of `ready`, skipping those of others. Raises: TU002 when the worker isn't registered (any more).
CREATE OR REPLACE FUNCTION workers.claim(p_worker integer, p_slots integer, OUT o_fences bigint[],
  OUT o_executions bigint[], OUT o_busy boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_worker record;
  v_left integer := p_slots;
  v_busy integer[] := '{}';  -- lanes whose due rows are all being claimed by others
  v_head record;
  v_next timestamptz;
  v_claim record;
BEGIN
  o_fences := '{}';
  o_executions := '{}';
  SELECT w.queues, w.types, w.lease_time INTO v_worker FROM worker w WHERE w.id = p_worker AND w.stopped_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'TU002', DETAIL = jsonb_build_object('worker', p_worker)::text,
      MESSAGE = format('Worker %s is not registered: it was stopped or given up. Register again.', p_worker);
  END IF;
  WHILE v_left > 0 LOOP
    SELECT (array_agg(h.lane_id ORDER BY h.order_at, h.lane_id))[1] AS lane,
      (array_agg(h.lag ORDER BY h.order_at, h.lane_id))[1] AS lag,
      coalesce((array_agg(h.order_at ORDER BY h.order_at, h.lane_id))[2], 'infinity') AS rival INTO v_head
      FROM workers.lane_heads(v_worker.queues, v_worker.types) h WHERE h.lane_id <> ALL (v_busy);
    EXIT WHEN v_head.lane IS NULL;
    -- only as far as the next lane's first job: what comes after that is due later by weight
    v_next := CASE WHEN v_head.rival = 'infinity' THEN v_head.rival ELSE v_head.rival - v_head.lag END;
    v_claim := workers.claim_lane(p_worker, v_head.lane, v_left, v_next, v_worker.lease_time);
    IF v_claim.o_fence IS NULL THEN
      v_busy := v_busy || v_head.lane;
    ELSE
      o_fences := o_fences || v_claim.o_fence;
      o_executions := o_executions || v_claim.o_executions;
      v_left := v_left - cardinality(v_claim.o_executions);
    END IF;
  END LOOP;
  o_busy := v_left > 0 AND v_busy <> '{}';
END $$;
COMMENT ON FUNCTION workers.claim IS 'Leases due jobs to a worker, heavier and older ones first.';
