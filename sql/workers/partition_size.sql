-- workers.partition_size: how many job ids one partition of the history takes: partition n of each of its tables has
-- the jobs from n * size on. What migrations made has this size too.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.partition_size() RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS $$ SELECT 1000000::bigint $$;
COMMENT ON FUNCTION workers.partition_size IS 'How many job ids one partition of the history takes.';
