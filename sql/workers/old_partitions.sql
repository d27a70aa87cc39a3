-- workers.old_partitions: partitions of the job history that nobody needs: all their jobs are of executions that ended
-- longer than p_keep ago, and so are the re-runs that go on from them. Costs a look at one row for each partition that
-- is too young, and a pass over one whose newest job is old enough.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.old_partitions(p_keep interval) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  c_size CONSTANT bigint := workers.partition_size();
  v_current bigint := (SELECT s.last_value / c_size FROM job_id_seq s);
  v_since timestamptz := now() - p_keep;
  v_part bigint;
BEGIN
  FOR v_part IN SELECT substring(c.relname FROM '^job_p([0-9]+)$')::bigint AS part
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'job'::regclass ORDER BY part LOOP
    EXIT WHEN v_part >= v_current;
    CONTINUE WHEN v_since < (SELECT j.created_at FROM job j
      WHERE j.id >= v_part * c_size AND j.id < (v_part + 1) * c_size ORDER BY j.id DESC LIMIT 1);
    CONTINUE WHEN EXISTS (SELECT FROM job j JOIN execution e ON e.id = j.execution_id
      WHERE j.id >= v_part * c_size AND j.id < (v_part + 1) * c_size
        AND (e.completed_at IS NULL OR e.completed_at > v_since));
    CONTINUE WHEN EXISTS (SELECT FROM job_dependency d JOIN job j ON j.id = d.child_id
      JOIN execution e ON e.id = j.execution_id
      WHERE d.parent_id >= v_part * c_size AND d.parent_id < (v_part + 1) * c_size
        AND d.child_id >= (v_part + 1) * c_size AND (e.completed_at IS NULL OR e.completed_at > v_since));
    RETURN NEXT v_part;
  END LOOP;
END $$;
COMMENT ON FUNCTION workers.old_partitions IS 'Partitions of the job history that are past their retention.';
