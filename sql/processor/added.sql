-- processor.added: counts added up, place by place. Takes what array_agg makes of arrays of the same length; NULL for
-- none. Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.added(p_counts bigint[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public AS $$
  SELECT array_agg(s.total ORDER BY s.place)
  FROM (
    SELECT (c.number - 1) % array_length(p_counts, 2) AS place, sum(c.count)::bigint AS total
    FROM unnest(p_counts) WITH ORDINALITY AS c(count, number) GROUP BY 1
  ) s
$$;
COMMENT ON FUNCTION processor.added IS 'Counts added up, place by place.';
