-- workers.job_ids: so many new job ids; the history has partitions for them.
-- Locks: as workers.make_partitions, every half partition. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.job_ids(p_count integer) RETURNS bigint[]
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  c_half CONSTANT bigint := workers.partition_size() / 2;
  v_ids bigint[] := array(SELECT nextval('job_id_seq') FROM generate_series(1, p_count));
BEGIN
  -- half a partition ahead of need; three more are there
  IF v_ids[1] = 1 OR v_ids[p_count] / c_half > (v_ids[1] - 1) / c_half THEN
    PERFORM workers.make_partitions();
  END IF;
  RETURN v_ids;
END $$;
COMMENT ON FUNCTION workers.job_ids IS 'New job ids, with partitions for them.';
