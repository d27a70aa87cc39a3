-- transform.duration_bounds: the upper bounds, in seconds, of the histogram of batch durations; ascending.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION transform.duration_bounds() RETURNS float8[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT '{0.005,0.01,0.05,0.1,0.5,1,5,10,30,60,300}'::float8[]
$$;
COMMENT ON FUNCTION transform.duration_bounds IS 'Upper bounds of the histogram of batch durations, in seconds.';
