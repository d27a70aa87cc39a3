-- workers.turn_partition: begin a new partition of the job history when the one in use holds jobs older than p_span.
-- Partitions are dropped as wholes: where a million jobs take years, one would outlive every retention. The ids that
-- are left of the old partition are never used. True when it did.
-- Locks: job_id_seq (SHARE ROW EXCLUSIVE: waits for the transactions that have drawn ids, at most a fifth of a second).
-- Raises: 55P03 when such a transaction goes on.
CREATE OR REPLACE FUNCTION workers.turn_partition(p_span interval) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public SET lock_timeout = '200ms' AS $$
DECLARE
  v_first bigint := (SELECT s.last_value / workers.partition_size() * workers.partition_size() FROM job_id_seq s);
  v_oldest timestamptz := (SELECT j.created_at FROM job j WHERE j.id >= v_first ORDER BY j.id LIMIT 1);
BEGIN
  IF v_oldest IS NULL OR v_oldest > now() - p_span THEN
    RETURN false;
  END IF;
  ALTER SEQUENCE job_id_seq CACHE 1;  -- for the lock: from here on nobody draws an id
  SELECT (s.last_value / workers.partition_size() + 1) * workers.partition_size() INTO v_first FROM job_id_seq s;
  EXECUTE format('ALTER SEQUENCE job_id_seq RESTART WITH %s', v_first);
  RETURN true;
END $$;
COMMENT ON FUNCTION workers.turn_partition IS 'Begins a new partition of the job history when the present one is old.';
