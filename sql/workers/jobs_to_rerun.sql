-- workers.jobs_to_rerun: the jobs of an ended execution that a re-run copies, by id: those that failed or were
-- cancelled, or with p_from the job of that key and everything below it. What one of them added, directly or through
-- others, is left out.
-- Large tables are asked row by row (LATERAL with LIMIT or OFFSET) and lists are hashed, whatever statistics say.
-- Locks: nothing. Raises: TU016 there is no job p_from.
CREATE OR REPLACE FUNCTION workers.jobs_to_rerun(p_execution bigint, p_from text) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public SET enable_nestloop = off AS $$
DECLARE
  v_jobs bigint[];
BEGIN
  IF p_from IS NULL THEN
    v_jobs := array(
      SELECT j.id FROM job j
      CROSS JOIN LATERAL (SELECT f.state FROM finished_job f WHERE f.id = j.id LIMIT 1) f
      WHERE j.execution_id = p_execution AND f.state IN ('failed', 'cancelled'));
  ELSE
    v_jobs := array(
      WITH RECURSIVE below(id) AS (
        SELECT j.id FROM job j WHERE j.execution_id = p_execution AND j.key = p_from
        UNION SELECT c.id FROM below b
        CROSS JOIN LATERAL (SELECT d.child_id FROM job_dependency d WHERE d.parent_id = b.id OFFSET 0) d
        CROSS JOIN LATERAL (SELECT j.id, j.execution_id FROM job j WHERE j.id = d.child_id LIMIT 1) c
        WHERE c.execution_id = p_execution
      ) SELECT b.id FROM below b);
    IF v_jobs = '{}' THEN
      RAISE EXCEPTION USING ERRCODE = 'TU016',
        DETAIL = jsonb_build_object('execution', 'exec-' || p_execution, 'job', p_from)::text,
        MESSAGE = format('exec-%s has no job "%s".', p_execution, p_from);
    END IF;
  END IF;
  RETURN array(
    WITH RECURSIVE added(id) AS (
      SELECT j.id FROM job j WHERE j.execution_id = p_execution AND j.added_by IN (SELECT unnest(v_jobs))
      UNION SELECT j.id FROM added a JOIN job j ON j.execution_id = p_execution AND j.added_by = a.id
    ) SELECT u.id FROM unnest(v_jobs) u(id) WHERE u.id NOT IN (SELECT a.id FROM added a) ORDER BY u.id);
END $$;
COMMENT ON FUNCTION workers.jobs_to_rerun IS 'The jobs of an ended execution that a re-run copies.';
