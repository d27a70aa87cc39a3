-- workers.jobs_to_rerun: the jobs of an ended execution that a re-run copies, by id: those that failed or were
-- cancelled, or with p_from the job of that key and everything below it. What one of them added, directly or through
-- others, is left out.
-- Locks: nothing. Raises: TU016 there is no job p_from.
CREATE OR REPLACE FUNCTION workers.jobs_to_rerun(p_execution bigint, p_from text) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  v_jobs bigint[];
BEGIN
  IF p_from IS NULL THEN
    v_jobs := array(
      SELECT j.id FROM job j JOIN finished_job f ON f.id = j.id
      WHERE j.execution_id = p_execution AND f.state IN ('failed', 'cancelled'));
  ELSE
    v_jobs := array(
      WITH RECURSIVE below(id) AS (
        SELECT j.id FROM job j WHERE j.execution_id = p_execution AND j.key = p_from
        UNION SELECT d.child_id FROM below b JOIN job_dependency d ON d.parent_id = b.id
          JOIN job c ON c.id = d.child_id AND c.execution_id = p_execution
      ) SELECT b.id FROM below b);
    IF v_jobs = '{}' THEN
      RAISE EXCEPTION USING ERRCODE = 'TU016',
        DETAIL = jsonb_build_object('execution', 'exec-' || p_execution, 'job', p_from)::text,
        MESSAGE = format('exec-%s has no job "%s".', p_execution, p_from);
    END IF;
  END IF;
  RETURN array(
    WITH RECURSIVE added(id) AS (
      SELECT j.id FROM job j WHERE j.execution_id = p_execution AND j.added_by = ANY (v_jobs)
      UNION SELECT j.id FROM added a JOIN job j ON j.execution_id = p_execution AND j.added_by = a.id
    ) SELECT u.id FROM unnest(v_jobs) u(id) WHERE u.id NOT IN (SELECT a.id FROM added a) ORDER BY u.id);
END $$;
COMMENT ON FUNCTION workers.jobs_to_rerun IS 'The jobs of an ended execution that a re-run copies.';
