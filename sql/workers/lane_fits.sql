-- workers.lane_fits: whether a worker of these capabilities and metadata has what the jobs of a lane require: every
-- label, and facts for which every comparison [name, operator, value] holds. Numbers are compared as numbers; = and !=
-- take texts and booleans too; < <= > >= take numbers alone. A fact that the worker doesn't state never fits.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.lane_fits(p_labels text[], p_comparisons jsonb, p_capabilities text[],
  p_metadata jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT p_labels <@ p_capabilities THEN
    RETURN false;
  END IF;
  IF p_comparisons = '[]' THEN  -- nearly always
    RETURN true;
  END IF;
  RETURN (
    SELECT bool_and(coalesce(
      CASE f.operator
        WHEN '=' THEN f.same
        WHEN '!=' THEN NOT f.same
        ELSE jsonb_typeof(f.have) = 'number' AND jsonb_typeof(f.want) = 'number' AND CASE f.operator
          WHEN '<' THEN f.have < f.want WHEN '<=' THEN f.have <= f.want
          WHEN '>' THEN f.have > f.want WHEN '>=' THEN f.have >= f.want END
      END, false))
    FROM (SELECT c ->> 1 AS operator, p_metadata -> (c ->> 0) AS have, c -> 2 AS want,
            p_metadata -> (c ->> 0) = c -> 2 OR p_metadata ->> (c ->> 0) = c ->> 2 AS same
          FROM jsonb_array_elements(p_comparisons) c) f);
END $$;
COMMENT ON FUNCTION workers.lane_fits IS 'Whether a worker has what the jobs of a lane require.';
