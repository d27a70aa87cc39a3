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
    RAISE EXCEPTION USING ERRCODE = 'TU020', DETAIL = jsonb_build_object('execution', p_execution)::text,
      MESSAGE = format('Part of the history of execution %s is past its retention and gone. Submit the jobs anew.',
        p_execution);
  END IF;
  SELECT c.key AS child, p.key AS parent, f.state INTO v_edge
  FROM job_dependency d JOIN finished_job f ON f.id = d.parent_id AND f.state <> 'completed'
  JOIN job c ON c.id = d.child_id JOIN job p ON p.id = d.parent_id
  WHERE d.child_id = ANY (p_jobs) AND d.on_failure <> 'ignore'
    AND NOT EXISTS (SELECT FROM unnest(p_jobs) u(id) WHERE u.id = d.parent_id)
  ORDER BY c.id LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'TU021',
      DETAIL = jsonb_build_object('execution', p_execution, 'job', v_edge.child, 'depends_on', v_edge.parent)::text,
      MESSAGE = format('Job "%s" waits for "%s", which is %s and would not run again. Re-run from "%s", or retry what failed.',
        v_edge.child, v_edge.parent, v_edge.state, v_edge.parent);
  END IF;
END $$;
COMMENT ON FUNCTION workers.check_rerun IS 'Refuses a re-run that could not succeed.';
