-- workers.lane_heads: of some lanes (o_lanes and o_lags of workers.served_lanes) the one with the first due job, by due
-- time + lag, and where the first job of the next lane stands in that order. o_place is NULL when nothing is due.
-- Locks: nothing.
CREATE OR REPLACE FUNCTION workers.lane_heads(p_lanes integer[], p_lags float8[], OUT o_place bigint,
  OUT o_rival timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
BEGIN
  SELECT (array_agg(d.place ORDER BY d.order_at, d.place))[1],
      coalesce((array_agg(d.order_at ORDER BY d.order_at, d.place))[2], 'infinity')
    INTO o_place, o_rival
    FROM (
      SELECT u.place, coalesce(h.run_at, f.run_at) + make_interval(secs => u.lag) AS order_at
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
      WHERE coalesce(h.run_at, f.run_at) IS NOT NULL) d;
END $$;
COMMENT ON FUNCTION workers.lane_heads IS 'The lane with the first due job, and how far it is the first.';
