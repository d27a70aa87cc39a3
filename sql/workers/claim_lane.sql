-- workers.claim_lane: lease up to p_slots due jobs of one lane to a worker, none that became due after p_until. The
-- jobs of a claim share an attempt, so it ends before a row with another one. A row is locked in one statement and
-- decided on in the next: SKIP LOCKED gives the newest version of a row, a DELETE in the same statement would look
-- for it under the older snapshot and miss it.
-- Locks: rows of `ready`, skipping those of others. Returns the fence, how many jobs it holds and their executions
-- (each at least once); NULL when nothing was free.
CREATE OR REPLACE FUNCTION workers.claim_lane(p_worker integer, p_lane integer, p_slots integer, p_until timestamptz,
  p_lease_time interval, OUT o_fence bigint, OUT o_jobs integer, OUT o_executions bigint[])
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_mark record := workers.claim_mark('lane' || p_lane);
  v_first record;
  v_rest record;
  v_more bigint[];
  v_ids bigint[];
  v_all bigint[];  -- the execution of each job
BEGIN
  LOOP
    SELECT r.id, r.run_at, r.execution_id, r.attempt, r.linked, r.again, r.ids INTO v_first FROM ready r
      WHERE r.lane_id = p_lane AND (r.run_at, r.id) >= (v_mark.o_run_at, v_mark.o_id)
        AND r.run_at <= least(now(), p_until)
      ORDER BY r.lane_id, r.run_at, r.id LIMIT 1 FOR UPDATE SKIP LOCKED;
    EXIT WHEN FOUND;
    IF v_mark.o_look IS NULL THEN
      RETURN;
    END IF;
    v_mark.o_look := NULL; v_mark.o_run_at := '-infinity'; v_mark.o_id := 0;
  END LOOP;
  v_ids := v_first.ids[: p_slots];
  v_all := array_fill(v_first.execution_id, ARRAY[cardinality(v_ids)]);
  o_executions := ARRAY[v_first.execution_id];
  IF cardinality(v_first.ids) > p_slots THEN
    UPDATE ready r SET ids = r.ids[p_slots + 1 :]
      WHERE r.lane_id = p_lane AND r.run_at = v_first.run_at AND r.id = v_first.id;
  ELSE
    DELETE FROM ready r WHERE r.lane_id = p_lane AND r.run_at = v_first.run_at AND r.id = v_first.id;
  END IF;
  IF cardinality(v_ids) < p_slots THEN  -- room left: as many further rows as fit
    WITH seen AS MATERIALIZED (
      SELECT r.id, r.run_at, r.attempt, cardinality(r.ids) AS jobs FROM ready r
      WHERE r.lane_id = p_lane AND (r.run_at, r.id) > (v_first.run_at, v_first.id) AND r.run_at <= least(now(), p_until)
      ORDER BY r.lane_id, r.run_at, r.id LIMIT p_slots - cardinality(v_ids) FOR UPDATE SKIP LOCKED
    ), fits AS (
      SELECT s.id, sum(s.jobs) OVER w <= p_slots - cardinality(v_ids)
        AND bool_and(s.attempt = v_first.attempt) OVER w AS fit
      FROM seen s WINDOW w AS (ORDER BY s.run_at, s.id)
    ) SELECT array_agg(f.id) INTO v_more FROM fits f WHERE f.fit;
    IF v_more IS NOT NULL THEN
      WITH gone AS (
        DELETE FROM ready r WHERE r.lane_id = p_lane AND r.id = ANY (v_more)
          AND (r.run_at, r.id) > (v_first.run_at, v_first.id) AND r.run_at <= least(now(), p_until)
        RETURNING r.execution_id, r.linked, r.again, r.ids
      )
      SELECT array_agg(u.job ORDER BY u.job) AS ids, array_agg(g.execution_id ORDER BY u.job) AS executions,
          bool_or(g.linked) AS linked, bool_or(g.again) AS again INTO v_rest
        FROM gone g CROSS JOIN LATERAL unnest(g.ids) u(job);
      v_first.linked := v_first.linked OR v_rest.linked;
      v_first.again := v_first.again OR v_rest.again;
      SELECT array_agg(u.job ORDER BY u.job), array_agg(u.execution ORDER BY u.job), array_agg(DISTINCT u.execution)
        INTO v_ids, v_all, o_executions FROM unnest(v_ids || v_rest.ids, v_all || v_rest.executions) u(job, execution);
    END IF;
  END IF;
  PERFORM workers.keep_mark('lane' || p_lane, v_mark.o_look, v_first.run_at, v_first.id);
  o_jobs := cardinality(v_ids);
  -- claimed_at by the clock: the transaction may have waited for the parents of what it claims
  INSERT INTO lease (claimed_at, worker_id, lane_id, until, attempt, linked, again, executions, ids)
    VALUES (clock_timestamp(), p_worker, p_lane, now() + p_lease_time, v_first.attempt, v_first.linked, v_first.again,
      v_all, v_ids)
    RETURNING lease.id INTO o_fence;
END $$;
COMMENT ON FUNCTION workers.claim_lane IS 'Leases due jobs of one lane to a worker.';
