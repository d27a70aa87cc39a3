-- workers.turn_of: the place of a due job in its queue: how many due jobs go before it, since when it is due, and the
-- moment from which on nothing that becomes due can overtake it, whatever its priority; NULL for a class without a weight,
-- which anything overtakes. All NULL for a job that isn't in `ready`.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.turn_of(p_job bigint, OUT o_before bigint, OUT o_due_at timestamptz,
  OUT o_safe_from timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  v_mine record;
BEGIN
  SELECT r.id, r.lane_id, r.run_at, n.queue_id, q.horizon, array_position(r.ids, p_job) - 1 AS same_row,
      r.run_at + workers.class_lag(c.weight, q.horizon) AS order_at, c.weight
    INTO v_mine FROM job j JOIN ready r ON r.lane_id = j.lane_id AND r.execution_id = j.execution_id AND p_job = ANY (r.ids)
    JOIN lane n ON n.id = r.lane_id JOIN queue q ON q.id = n.queue_id JOIN priority_class c ON c.name = n.priority
    WHERE j.id = p_job;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  o_due_at := v_mine.run_at;
  IF v_mine.weight IS NOT NULL THEN
    o_safe_from := v_mine.order_at - (SELECT 1 - max(c.weight) FROM priority_class c)::float8 * v_mine.horizon;
  END IF;
  WITH beside AS MATERIALIZED (
    SELECT n.id, workers.class_lag(c.weight, v_mine.horizon) AS lag
    FROM lane n JOIN priority_class c ON c.name = n.priority WHERE n.queue_id = v_mine.queue_id
  )
  SELECT v_mine.same_row + coalesce(sum(cardinality(r.ids)), 0) INTO o_before
    FROM beside n JOIN ready r ON r.lane_id = n.id AND r.run_at <= now()
      AND (r.run_at + n.lag, r.lane_id, r.id) < (v_mine.order_at, v_mine.lane_id, v_mine.id);
END $$;
COMMENT ON FUNCTION workers.turn_of IS 'The place of a due job in its queue.';
