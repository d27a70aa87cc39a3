-- workers.check_rerun: refuse to run these jobs of an execution again when one of them waits for a job that did not
-- complete and doesn't run again, or when housekeeping has dropped part of the history.
-- Locks: nothing. Raises: TU020 the history is gone, TU021 a parent did not complete.
CREATE OR REPLACE FUNCTION workers.check_rerun(p_execution bigint, p_jobs bigint[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  v_edge record;
BEGIN
  IF (SELECT count(*) FROM job j WHERE j.execution_id = p_execution)
      < (SELECT e.total FROM execution e WHERE e.id = p_execution) THEN
    RAISE EXCEPTION USING ERRCODE = 'TU020', DETAIL = jsonb_build_object('execution', 'exec-' || p_execution)::text,
      MESSAGE = format('Part of the history of exec-%s is past its retention and gone. Submit the jobs anew.',
        p_execution);
  END IF;
  WITH outside AS MATERIALIZED (  -- by EXCEPT: a join with the array would be quadratic whenever the planner guesses low
    SELECT d.parent_id AS id FROM unnest(p_jobs) u(id)
    CROSS JOIN LATERAL (SELECT * FROM job_dependency d WHERE d.child_id = u.id OFFSET 0) d WHERE d.on_failure <> 'ignore'
    EXCEPT SELECT unnest(p_jobs)
  ), unfinished AS MATERIALIZED (
    SELECT o.id, f.state FROM outside o
    CROSS JOIN LATERAL (SELECT f.state FROM finished_job f WHERE f.id = o.id LIMIT 1) f
    WHERE f.state <> 'completed' ORDER BY 1 LIMIT 1
  )
  SELECT c.key AS child, p.key AS parent, u.state INTO v_edge
  FROM unfinished u JOIN job p ON p.id = u.id JOIN job_dependency d ON d.parent_id = u.id AND d.on_failure <> 'ignore'
  JOIN job c ON c.id = d.child_id AND c.id = ANY (p_jobs) ORDER BY c.id LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'TU021',
      DETAIL = jsonb_build_object('execution', 'exec-' || p_execution, 'job', v_edge.child, 'depends_on', v_edge.parent)::text,
      MESSAGE = format('Job "%s" waits for "%s", which is %s and would not run again. Re-run from "%s", or retry what failed.',
        v_edge.child, v_edge.parent, v_edge.state, v_edge.parent);
  END IF;
END $$;
COMMENT ON FUNCTION workers.check_rerun IS 'Refuses a re-run that could not succeed.';
