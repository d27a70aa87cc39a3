-- workers.claim_lane: lease up to p_slots due jobs of one lane to a worker, none that became due after p_until. The
-- jobs of a claim share an attempt, so it ends before a row with another one. A row is locked in one statement and
-- decided on in the next: SKIP LOCKED gives the newest version of a row, a DELETE in the same statement would look
-- for it under the older snapshot and miss it.
-- Locks: rows of `ready`, skipping those of others. Returns the fence and the executions claimed, NULL when nothing
-- was free.
CREATE OR REPLACE FUNCTION workers.claim_lane(p_worker integer, p_lane integer, p_slots integer, p_until timestamptz,
  p_lease_time interval, OUT o_fence bigint, OUT o_executions bigint[])
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_mark record := workers.claim_mark(p_lane);
  v_look timestamptz := v_mark.o_look;
  v_from timestamptz := v_mark.o_run_at;
  v_from_id bigint := v_mark.o_id;
  v_first record;
  v_more bigint[];
  v_ids bigint[];
  v_linked boolean;
  v_again boolean;
  v_row record;
BEGIN
  LOOP
    SELECT r.id, r.run_at, r.execution_id, r.attempt, r.linked, r.again, r.ids INTO v_first FROM ready r
      WHERE r.lane_id = p_lane AND (r.run_at, r.id) >= (v_from, v_from_id) AND r.run_at <= least(now(), p_until)
      ORDER BY r.lane_id, r.run_at, r.id LIMIT 1 FOR UPDATE SKIP LOCKED;
    EXIT WHEN FOUND;
    IF v_look IS NULL THEN
      RETURN;
    END IF;
    v_look := NULL; v_from := '-infinity'; v_from_id := 0;
  END LOOP;
  v_ids := v_first.ids[: p_slots];
  o_executions := array_fill(v_first.execution_id, ARRAY[cardinality(v_ids)]);
  v_linked := v_first.linked;
  v_again := v_first.again;
  IF cardinality(v_first.ids) > p_slots THEN
    UPDATE ready r SET ids = r.ids[p_slots + 1 :]
      WHERE r.lane_id = p_lane AND r.run_at = v_first.run_at AND r.id = v_first.id;
  ELSE
    DELETE FROM ready r WHERE r.lane_id = p_lane AND r.run_at = v_first.run_at AND r.id = v_first.id;
    IF cardinality(v_ids) < p_slots THEN
      WITH seen AS MATERIALIZED (
        SELECT r.run_at, r.id, r.attempt, cardinality(r.ids) AS jobs FROM ready r
        WHERE r.lane_id = p_lane AND (r.run_at, r.id) > (v_first.run_at, v_first.id)
          AND r.run_at <= least(now(), p_until)
        ORDER BY r.lane_id, r.run_at, r.id LIMIT p_slots - cardinality(v_ids) FOR UPDATE SKIP LOCKED
      ), fits AS (
        SELECT s.id, sum(s.jobs) OVER w <= p_slots - cardinality(v_ids)
          AND bool_and(s.attempt = v_first.attempt) OVER w AS fit
        FROM seen s WINDOW w AS (ORDER BY s.run_at, s.id)
      ) SELECT array_agg(f.id) INTO v_more FROM fits f WHERE f.fit;
      FOR v_row IN DELETE FROM ready r WHERE v_more IS NOT NULL AND r.lane_id = p_lane AND r.id = ANY (v_more)
          AND (r.run_at, r.id) > (v_first.run_at, v_first.id) AND r.run_at <= least(now(), p_until)
          RETURNING r.execution_id, r.linked, r.again, r.ids LOOP
        v_ids := v_ids || v_row.ids;
        o_executions := o_executions || array_fill(v_row.execution_id, ARRAY[cardinality(v_row.ids)]);
        v_linked := v_linked OR v_row.linked;
        v_again := v_again OR v_row.again;
      END LOOP;
    END IF;
  END IF;
  IF v_look IS NULL THEN  -- the next look at the lane's start; a slow look is rarer
    v_look := clock_timestamp() + greatest(interval '1 second', 50 * (clock_timestamp() - now()));
  END IF;
  PERFORM set_config('tutup.lane' || p_lane, concat_ws('|', v_look, v_first.run_at, v_first.id), false);
  INSERT INTO lease (claimed_at, worker_id, lane_id, until, attempt, linked, again, executions, ids)
    -- by the clock: the transaction may have waited for the parents of what it claims
    SELECT clock_timestamp(), p_worker, p_lane, now() + p_lease_time, v_first.attempt, v_linked, v_again,
      array_agg(u.execution ORDER BY u.job), array_agg(u.job ORDER BY u.job)
    FROM unnest(v_ids, o_executions) u(job, execution)
    RETURNING lease.id INTO o_fence;
END $$;
COMMENT ON FUNCTION workers.claim_lane IS 'Leases due jobs of one lane to a worker.';
