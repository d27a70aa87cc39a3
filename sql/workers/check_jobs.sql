-- workers.check_jobs: refuse jobs that can't be put into the execution, naming the job and the mend.
-- p_execution is NULL for a new one. Jobs and kinds are as workers.insert_jobs takes them.
-- Locks: nothing. Raises: TU011 duplicate key, TU015 an option out of range, TU017 too many jobs.
CREATE OR REPLACE FUNCTION workers.check_jobs(p_execution bigint, p_kinds jsonb, p_jobs jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  c_most CONSTANT integer := 100000;
  v_count integer := jsonb_array_length(p_jobs);
  v_key text;
BEGIN
  IF v_count > c_most THEN
    RAISE EXCEPTION USING ERRCODE = 'TU017', DETAIL = jsonb_build_object('jobs', v_count, 'most', c_most)::text,
      MESSAGE = format('There are %s jobs; at most %s are taken at once. Submit several executions.', v_count, c_most);
  END IF;
  IF v_count > 1 THEN
    SELECT k.key INTO v_key FROM (SELECT j ->> 'key' AS key FROM jsonb_array_elements(p_jobs) j) k
      GROUP BY k.key HAVING count(*) > 1 ORDER BY k.key LIMIT 1;
  END IF;
  IF v_key IS NULL AND p_execution IS NOT NULL THEN
    SELECT b.key INTO v_key FROM jsonb_array_elements(p_jobs) j
      JOIN job b ON b.execution_id = p_execution AND b.key = j ->> 'key' ORDER BY b.key LIMIT 1;
  END IF;
  IF v_key IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'TU011', DETAIL = jsonb_build_object('job', v_key)::text,
      MESSAGE = format('Two jobs have the id "%s". Give each job of an execution its own id.', v_key);
  END IF;
  PERFORM workers.check_options(p_kinds, p_jobs);
END $$;
COMMENT ON FUNCTION workers.check_jobs IS 'Refuses too many jobs, duplicate ids and bad options.';
