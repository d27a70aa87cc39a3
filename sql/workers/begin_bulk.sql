-- workers.begin_bulk: make an execution for many independent jobs of one kind, whose rows the caller copies into `job`
-- under the ids given here, before workers.end_bulk lets them run, in the same transaction. p_kind is one of the kinds
-- of workers.insert_jobs.
-- Locks: nothing that exists. Raises: TU010 no jobs, TU015 an option out of range, TU017 too many jobs.
CREATE OR REPLACE FUNCTION workers.begin_bulk(p_workflow text, p_kind jsonb, p_count integer, p_parallelism integer,
  p_actor integer, OUT o_execution bigint, OUT o_lane integer, OUT o_ids bigint[])
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  c_most CONSTANT integer := 1000000;  -- a partition of the history; three are kept ahead
  c_job CONSTANT jsonb := '[{"key": "1", "kind": 1}]';
BEGIN
  IF p_count = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'TU010', MESSAGE = 'payloads is empty. Submit at least one job.',
      DETAIL = jsonb_build_object('workflow', p_workflow)::text;
  END IF;
  IF p_count > c_most THEN
    RAISE EXCEPTION USING ERRCODE = 'TU017', DETAIL = jsonb_build_object('jobs', p_count, 'most', c_most)::text,
      MESSAGE = format('There are %s jobs; at most %s are taken at once. Submit several executions.', p_count, c_most);
  END IF;
  PERFORM workers.check_parallelism(p_parallelism);
  PERFORM workers.check_options(jsonb_build_array(p_kind), c_job);
  o_lane := (workers.lanes_of(jsonb_build_array(p_kind), c_job))[1];
  o_ids := workers.job_ids(p_count);
  INSERT INTO execution AS e (workflow, parallelism, actor_id, total)
    VALUES (p_workflow, p_parallelism, p_actor, p_count) RETURNING e.id INTO o_execution;
END $$;
COMMENT ON FUNCTION workers.begin_bulk IS 'Makes an execution for many independent jobs of one kind.';
