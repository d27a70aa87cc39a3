-- workers.lane_heads: of some lanes (o_lanes and o_lags of workers.served_lanes) those with due work, and the order of
-- the first job of each: due time + lag. The smallest goes first.
-- Locks: nothing.
CREATE OR REPLACE FUNCTION workers.lane_heads(p_lanes integer[], p_lags float8[])
RETURNS TABLE (place bigint, lane_id integer, order_at timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN  -- plpgsql keeps the plan; before PostgreSQL 18 an sql function plans anew in every call
  RETURN QUERY
  SELECT u.place, u.lane, coalesce(h.run_at, f.run_at) + make_interval(secs => u.lag)
  FROM unnest(p_lanes, p_lags) WITH ORDINALITY u(lane, lag, place)
  CROSS JOIN LATERAL workers.claim_mark('lane' || u.lane) m
  LEFT JOIN LATERAL (
    SELECT r.run_at FROM ready r
    WHERE r.lane_id = u.lane AND (r.run_at, r.id) >= (m.o_run_at, m.o_id) AND r.run_at <= now()
    ORDER BY r.run_at, r.id LIMIT 1) h ON true
  LEFT JOIN LATERAL (
    SELECT r.run_at FROM ready r
    WHERE r.lane_id = u.lane AND h.run_at IS NULL AND m.o_look IS NOT NULL AND r.run_at <= now()
    ORDER BY r.run_at, r.id LIMIT 1) f ON true
  WHERE coalesce(h.run_at, f.run_at) IS NOT NULL;
END $$;
COMMENT ON FUNCTION workers.lane_heads IS 'Lanes with due work, and how their first jobs are ordered.';
