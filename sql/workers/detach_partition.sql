-- workers.detach_partition: take one partition out of each table of the job history, if it is still past its retention
-- once nobody submits: a submission may have drawn ids of it and be under way, a re-run may go on from its jobs. The
-- tables stay, for workers.forget_executions and workers.drop_partition. Returns whether it did.
-- Submissions wait for the pass over the partition, others for an instant; who reads or submits for long makes this
-- give up, since everybody else queues behind it.
-- Locks: job and job_dependency (SHARE), then the five parents (ACCESS EXCLUSIVE), for each waiting at most a fifth of
-- a second. Raises: 55P03 somebody goes on.
CREATE OR REPLACE FUNCTION workers.detach_partition(p_part bigint, p_keep interval) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public SET lock_timeout = '200ms' AS $$
DECLARE
  v_table text;
BEGIN
  LOCK TABLE job, job_dependency IN SHARE MODE;
  IF NOT workers.is_old_partition(p_part, p_keep) THEN
    RETURN false;
  END IF;
  FOREACH v_table IN ARRAY ARRAY['finished_job', 'job_dependency', 'job_attempt', 'job_checkpoint', 'job'] LOOP
    EXECUTE format('ALTER TABLE public.%I DETACH PARTITION public.%I', v_table, v_table || '_p' || p_part);
  END LOOP;
  RETURN true;
END $$;
COMMENT ON FUNCTION workers.detach_partition IS 'Takes one partition out of the tables of the job history.';
