-- workers.class_lag: how far behind its due time a class stands in the order in which jobs are claimed. A class without
-- a weight stands behind everything that became due within three centuries: it runs while nothing else waits.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.class_lag(p_weight numeric, p_horizon interval) RETURNS interval
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
  SELECT coalesce((1 - p_weight)::float8 * p_horizon, make_interval(secs => 1e10))
$$;
COMMENT ON FUNCTION workers.class_lag IS 'How far behind its due time a class stands.';
