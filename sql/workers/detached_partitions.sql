-- workers.detached_partitions: partitions that were taken out of the job history and not dropped yet.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.detached_partitions() RETURNS SETOF bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT substring(c.relname FROM '^job_p([0-9]+)$')::bigint AS part FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
    AND c.relname ~ '^job_p[0-9]+$' ORDER BY part
$$;
COMMENT ON FUNCTION workers.detached_partitions IS 'Partitions that were taken out of the job history.';
