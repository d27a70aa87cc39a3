-- processor.time_bounds: where the counts of times are parted, in milliseconds: ten steps from a power of ten to the
-- next (Renard's R10). A count at position p is of times from bound p - 1 until below bound p; the first one has what is
-- faster than 0.1 ms, the last one what is slower than 630 s. Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.time_bounds() RETURNS float8[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public
RETURN ARRAY[
  0.1, 0.125, 0.16, 0.2, 0.25, 0.315, 0.4, 0.5, 0.63, 0.8,
  1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8,
  10, 12.5, 16, 20, 25, 31.5, 40, 50, 63, 80,
  100, 125, 160, 200, 250, 315, 400, 500, 630, 800,
  1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000,
  10000, 12500, 16000, 20000, 25000, 31500, 40000, 50000, 63000, 80000,
  100000, 125000, 160000, 200000, 250000, 315000, 400000, 500000, 630000]::float8[];
COMMENT ON FUNCTION processor.time_bounds IS 'Where the counts of times are parted, in milliseconds.';
