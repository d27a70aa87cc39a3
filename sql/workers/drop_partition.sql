-- workers.drop_partition: drop the five tables of a detached partition.
-- Locks: those tables, which nobody uses any more. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.drop_partition(p_part bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['finished_job', 'job_dependency', 'job_attempt', 'job_checkpoint', 'job'] LOOP
    EXECUTE format('DROP TABLE public.%I', v_table || '_p' || p_part);
  END LOOP;
END $$;
COMMENT ON FUNCTION workers.drop_partition IS 'Drops the tables of a detached partition.';
