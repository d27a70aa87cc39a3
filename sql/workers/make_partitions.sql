-- workers.make_partitions: keep partitions of the job history ready ahead of the ids: the one in use and the next
-- three. The tables share their bounds, so that a range of jobs is dropped as one.
-- Locks: (INSTALL, 1) advisory, tried only: whoever has it makes them; SHARE UPDATE EXCLUSIVE on the parents.
CREATE OR REPLACE FUNCTION workers.make_partitions() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  c_size CONSTANT bigint := workers.partition_size();
  v_current bigint := (SELECT s.last_value / c_size FROM job_id_seq s);
  v_made integer := 0;
  v_table text;
  v_name text;
BEGIN
  IF to_regclass(format('public.job_p%s', v_current + 3)) IS NOT NULL OR NOT pg_try_advisory_xact_lock(4, 1) THEN
    RETURN 0;
  END IF;
  FOR v_part IN v_current .. v_current + 3 LOOP
    FOREACH v_table IN ARRAY ARRAY['finished_job', 'job_dependency', 'job_attempt', 'job_checkpoint', 'job'] LOOP
      v_name := format('%s_p%s', v_table, v_part);
      CONTINUE WHEN to_regclass('public.' || v_name) IS NOT NULL;
      -- attached rather than created in place: that would lock out everyone who uses the parent
      EXECUTE format(
        'CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)%s',
        v_name, v_table, CASE WHEN v_table = 'job_checkpoint' THEN ' WITH (fillfactor = 50)' END);
      EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%s) TO (%s)',
        v_table, v_name, v_part * c_size, (v_part + 1) * c_size);
      v_made := v_made + 1;
    END LOOP;
  END LOOP;
  RETURN v_made;
END $$;
COMMENT ON FUNCTION workers.make_partitions IS 'Makes the next partitions of the job history; returns how many.';
