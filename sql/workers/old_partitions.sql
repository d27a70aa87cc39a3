-- workers.old_partitions: partitions of the job history that nobody needs, as workers.is_old_partition has it; the one
-- that jobs are added to is never among them.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.old_partitions(p_keep interval) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
BEGIN
  RETURN QUERY SELECT x.part
    FROM (SELECT substring(c.relname FROM '^job_p([0-9]+)$')::bigint AS part
          FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'job'::regclass) x
    WHERE x.part < (SELECT s.last_value / workers.partition_size() FROM job_id_seq s)
      AND workers.is_old_partition(x.part, p_keep) ORDER BY x.part;
END $$;
COMMENT ON FUNCTION workers.old_partitions IS 'Partitions of the job history that are past their retention.';
