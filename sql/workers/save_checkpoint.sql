-- workers.save_checkpoint: keep what a job needs to go on after a loss; the next attempt is given the newest one.
-- Locks: the lease (FOR KEY SHARE), the checkpoint's row. Raises: TU001 stale claim.
CREATE OR REPLACE FUNCTION workers.save_checkpoint(p_fence bigint, p_job bigint, p_data jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM workers.hold_lease(p_fence, p_job);
  INSERT INTO job_checkpoint (job_id, execution_id, number, data)
    SELECT j.id, j.execution_id, nextval('job_checkpoint_number_seq'), p_data FROM job j WHERE j.id = p_job
    ON CONFLICT (job_id) DO UPDATE SET number = excluded.number, data = excluded.data, saved_at = now();
END $$;
COMMENT ON FUNCTION workers.save_checkpoint IS 'Saves a checkpoint of a job that the claim still holds.';
