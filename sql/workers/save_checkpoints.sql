-- workers.save_checkpoints: keep what jobs of this worker need to go on after a loss. p_data: JSON array in the order of
-- p_jobs. Returns the jobs that their claims still hold, whose checkpoints were kept; no job is named twice.
-- Locks: the leases (FOR KEY SHARE), in order of id, then the rows of the checkpoints, in order of job. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.save_checkpoints(p_worker integer, p_jobs bigint[], p_fences bigint[], p_data jsonb)
RETURNS TABLE (job_id bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
  PERFORM FROM lease l WHERE l.id = ANY (p_fences) AND l.worker_id = p_worker ORDER BY l.id FOR KEY SHARE;
  RETURN QUERY
  WITH kept AS (
    INSERT INTO job_checkpoint (job_id, execution_id, number, data)
    SELECT d.job, e.id, nextval('job_checkpoint_number_seq'), d.data
    FROM ROWS FROM (unnest(p_jobs), unnest(p_fences), jsonb_array_elements(p_data)) d(job, fence, data)
    JOIN lease l ON l.id = d.fence AND l.worker_id = p_worker AND d.job = ANY (l.ids)
    JOIN job j ON j.id = d.job JOIN execution e ON e.id = j.execution_id
    WHERE e.cancel_requested_at IS NULL ORDER BY d.job
    ON CONFLICT (job_id) DO UPDATE SET number = excluded.number, data = excluded.data, saved_at = now()
    RETURNING job_id)
  SELECT k.job_id FROM kept k;
END $$;
COMMENT ON FUNCTION workers.save_checkpoints IS 'Saves checkpoints of jobs that their claims still hold.';
