-- workers.detach_partition: take one partition out of each table of the job history; the tables stay, for
-- workers.forget_executions and workers.drop_partition. An instant's work once nobody reads the history. Who does so
-- for long makes this give up, since everybody else queues behind it.
-- Locks: the five parents (ACCESS EXCLUSIVE), waiting at most a fifth of a second. Raises: 55P03 a reader goes on.
CREATE OR REPLACE FUNCTION workers.detach_partition(p_part bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public SET lock_timeout = '200ms' AS $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['finished_job', 'job_dependency', 'job_attempt', 'job_checkpoint', 'job'] LOOP
    EXECUTE format('ALTER TABLE public.%I DETACH PARTITION public.%I', v_table, v_table || '_p' || p_part);
  END LOOP;
END $$;
COMMENT ON FUNCTION workers.detach_partition IS 'Takes one partition out of the tables of the job history.';
