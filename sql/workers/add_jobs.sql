-- workers.add_jobs: a running job adds jobs to its own execution. They may depend on each other and on any job that
-- the execution has, the adding one included; on a job that has ended already they follow at once, by the policy of
-- the edge. p_kinds and p_jobs are as workers.insert_jobs takes them.
-- Locks: the claim (FOR KEY SHARE), the parents' rows, then the execution. Raises: TU001 stale claim, TU010 to TU015, TU017.
CREATE OR REPLACE FUNCTION workers.add_jobs(p_fence bigint, p_job bigint, p_kinds jsonb, p_jobs jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_execution bigint;
  v_ended bigint[];
  v_states text[];
  v_added record;
  v_closed record;
BEGIN
  PERFORM workers.hold_lease(p_fence, p_job);
  IF coalesce(jsonb_array_length(p_jobs), 0) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'TU010', MESSAGE = 'jobs is empty. Add at least one job.',
      DETAIL = jsonb_build_object('job', p_job)::text;
  END IF;
  v_execution := (SELECT j.execution_id FROM job j WHERE j.id = p_job);
  v_ended := workers.lock_jobs(v_execution, array(
    SELECT DISTINCT b.id FROM workers.named_dependencies(p_jobs) d
    JOIN job b ON b.execution_id = v_execution AND b.key = d.parent_key WHERE d.parent IS NULL));
  UPDATE execution e SET total = e.total + jsonb_array_length(p_jobs) WHERE e.id = v_execution;
  v_added := workers.insert_jobs(v_execution, false, p_kinds, p_jobs, p_job);
  IF v_ended <> '{}' THEN
    SELECT array_agg(f.id), array_agg(f.state) INTO v_ended, v_states FROM finished_job f WHERE f.id = ANY (v_ended);
    v_closed := workers.open_dependents(v_ended, v_states, v_added.o_ids);
    PERFORM workers.count_jobs(v_closed.o_executions, v_closed.o_states,
      array_fill(0, ARRAY[cardinality(v_closed.o_executions)]), '{}', ARRAY[v_execution]);
  ELSE
    PERFORM workers.admit(v_execution);
  END IF;
  PERFORM workers.notify(v_added.o_lanes);
END $$;
COMMENT ON FUNCTION workers.add_jobs IS 'Adds jobs to the execution of a running job.';
