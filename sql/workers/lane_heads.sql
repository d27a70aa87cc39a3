-- workers.lane_heads: the lanes with due work that a worker of these queues and types can serve (p_types NULL: any
-- type), each with its lag, (1 - weight) * horizon, and the order of its first job: due time + lag. The smallest goes
-- first.
-- Locks: nothing.
CREATE OR REPLACE FUNCTION workers.lane_heads(p_queues text[], p_types text[])
RETURNS TABLE (lane_id integer, lag interval, order_at timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN  -- plpgsql keeps the plan; before PostgreSQL 18 an sql function plans anew in every call
  RETURN QUERY
  SELECT l.id, (1 - c.weight)::float8 * q.horizon, coalesce(h.run_at, f.run_at) + (1 - c.weight)::float8 * q.horizon
  FROM queue q JOIN lane l ON l.queue_id = q.id JOIN priority_class c ON c.name = l.priority
  CROSS JOIN LATERAL workers.claim_mark(l.id) m
  LEFT JOIN LATERAL (
    SELECT r.run_at FROM ready r
    WHERE r.lane_id = l.id AND (r.run_at, r.id) >= (m.o_run_at, m.o_id) AND r.run_at <= now()
    ORDER BY r.run_at, r.id LIMIT 1) h ON true
  LEFT JOIN LATERAL (
    SELECT r.run_at FROM ready r
    WHERE r.lane_id = l.id AND h.run_at IS NULL AND m.o_look IS NOT NULL AND r.run_at <= now()
    ORDER BY r.run_at, r.id LIMIT 1) f ON true
  WHERE q.name = ANY (p_queues) AND (p_types IS NULL OR l.type = ANY (p_types))
    AND coalesce(h.run_at, f.run_at) IS NOT NULL;
END $$;
COMMENT ON FUNCTION workers.lane_heads IS 'Lanes with due work for a worker, and how their first jobs are ordered.';
