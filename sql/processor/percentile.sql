-- processor.percentile: the time, in milliseconds, below which a share of what was counted lies; within a step as if it
-- lay there evenly, so it is off by less than the step, a quarter. NULL when nothing was counted.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.percentile(p_counts bigint[], p_share float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public AS $$
  WITH counted AS (
    SELECT c.place::integer AS place, c.count, sum(c.count) OVER (ORDER BY c.place) AS upto,
      p_share * sum(c.count) OVER () AS wanted
    FROM unnest(p_counts) WITH ORDINALITY AS c(count, place)
  ), reached AS (
    SELECT c.* FROM counted c WHERE c.count > 0 AND c.upto >= c.wanted ORDER BY c.place LIMIT 1
  ), step AS (
    SELECT r.*, coalesce(b.bounds[r.place - 1], 0) AS low,
      b.bounds[least(r.place, cardinality(b.bounds))] AS high
    FROM reached r CROSS JOIN (SELECT processor.time_bounds()) AS b(bounds)
  )
  SELECT s.low + (s.high - s.low) * (s.wanted - s.upto + s.count)::float8 / s.count FROM step s
$$;
COMMENT ON FUNCTION processor.percentile IS 'The time, in milliseconds, below which a share of what was counted lies.';
