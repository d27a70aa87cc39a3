-- processor.size_bounds: where the counts of batch sizes are parted: each power of two begins a count.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.size_bounds() RETURNS float8[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public
RETURN ARRAY[2, 4, 8, 16, 32, 64, 128, 256, 512]::float8[];
COMMENT ON FUNCTION processor.size_bounds IS 'Where the counts of batch sizes are parted.';
