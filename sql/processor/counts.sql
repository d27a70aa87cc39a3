-- processor.counts: how many of the values lie between each two bounds; one count more than there are bounds. A value
-- counts as often as its weight says, once without weights. Zeros for NULL. Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.counts(p_values float8[], p_weights bigint[], p_bounds float8[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public AS $$
  SELECT array_agg(coalesce(f.count, 0) ORDER BY p.place)
  FROM generate_series(0, cardinality(p_bounds)) AS p(place)
  LEFT JOIN (
    SELECT width_bucket(v.value, p_bounds) AS place, sum(coalesce(v.weight, 1))::bigint AS count
    FROM unnest(p_values, p_weights) AS v(value, weight) GROUP BY 1
  ) f USING (place)
$$;
COMMENT ON FUNCTION processor.counts IS 'How many of the values lie between each two bounds.';
