-- workers.is_old_partition: whether all jobs of a partition of the history are of executions that ended longer than
-- p_keep ago, and so are the re-runs that go on from them. Costs a look at one row when it is too young, and a pass
-- over the partition when its newest job is old enough.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.is_old_partition(p_part bigint, p_keep interval) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  v_first bigint := p_part * workers.partition_size();
  v_end bigint := (p_part + 1) * workers.partition_size();
  v_since timestamptz := now() - p_keep;
BEGIN
  IF v_since < (SELECT j.created_at FROM job j WHERE j.id >= v_first AND j.id < v_end ORDER BY j.id DESC LIMIT 1) THEN
    RETURN false;
  END IF;
  RETURN NOT EXISTS (
      SELECT FROM job j JOIN execution e ON e.id = j.execution_id
      WHERE j.id >= v_first AND j.id < v_end AND (e.completed_at IS NULL OR e.completed_at > v_since))
    AND NOT EXISTS (
      SELECT FROM job_dependency d JOIN job j ON j.id = d.child_id JOIN execution e ON e.id = j.execution_id
      WHERE d.parent_id >= v_first AND d.parent_id < v_end AND d.child_id >= v_end
        AND (e.completed_at IS NULL OR e.completed_at > v_since));
END $$;
COMMENT ON FUNCTION workers.is_old_partition IS 'Whether a partition of the job history is past its retention.';
