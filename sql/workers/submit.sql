-- workers.submit: make an execution of these jobs (as workers.insert_jobs takes them) and wake its workers. All or
-- nothing.
-- Locks: nothing that exists. Raises: TU010 no jobs, TU011 to TU015 as workers.check_jobs.
CREATE OR REPLACE FUNCTION workers.submit(p_workflow text, p_jobs jsonb, p_parallelism integer, p_actor integer)
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_execution bigint;
  v_ids bigint[];
BEGIN
  IF coalesce(jsonb_array_length(p_jobs), 0) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'TU010', MESSAGE = 'jobs is empty. Submit at least one job.',
      DETAIL = jsonb_build_object('workflow', p_workflow)::text;
  END IF;
  IF p_parallelism < 1 THEN
    RAISE EXCEPTION USING ERRCODE = 'TU015', MESSAGE = 'parallelism must be at least 1, or absent for no limit.',
      DETAIL = jsonb_build_object('option', 'parallelism')::text;
  END IF;
  INSERT INTO execution (workflow, parallelism, actor_id) VALUES (p_workflow, p_parallelism, p_actor)
    RETURNING id INTO v_execution;
  v_ids := workers.insert_jobs(v_execution, p_jobs);
  PERFORM workers.admit(v_execution);
  PERFORM workers.notify(array(SELECT DISTINCT j.lane_id FROM job j WHERE j.id = ANY (v_ids)));
  RETURN v_execution;
END $$;
COMMENT ON FUNCTION workers.submit IS 'Makes an execution of jobs; returns its id.';
