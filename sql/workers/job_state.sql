-- workers.job_state: where a job is, by the table that holds it: waiting-children, waiting, delayed, active,
-- completed, failed, cancelled; NULL for an unknown job.
-- Locks: nothing.
CREATE OR REPLACE FUNCTION workers.job_state(p_job bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT coalesce(
    (SELECT f.state FROM finished_job f WHERE f.id = p_job),
    (SELECT 'waiting-children' FROM blocked b WHERE b.id = p_job),
    (SELECT 'active' FROM lease l WHERE p_job = ANY (l.ids)),
    (SELECT CASE WHEN r.run_at > now() THEN 'delayed' ELSE 'waiting' END
     FROM job j JOIN ready r ON r.execution_id = j.execution_id AND r.lane_id = j.lane_id
     WHERE j.id = p_job AND p_job = ANY (r.ids)),
    (SELECT CASE WHEN h.run_at > now() THEN 'delayed' ELSE 'waiting' END
     FROM job j JOIN held h ON h.execution_id = j.execution_id WHERE j.id = p_job AND p_job = ANY (h.ids)))
$$;
COMMENT ON FUNCTION workers.job_state IS 'The state of a job.';
