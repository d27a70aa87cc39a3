-- workers.hold_lease: the fence of a chunk routine, its first statement. Until the transaction ends nobody can take
-- the job away: sweeping skips the lease, cancelling waits for it. Heartbeats and the claim's other jobs go on.
-- Locks: the lease (FOR KEY SHARE). Raises: TU001 when the claim doesn't hold the job (any more).
CREATE OR REPLACE FUNCTION workers.hold_lease(p_fence bigint, p_job bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM FROM lease l WHERE l.id = p_fence AND p_job = ANY (l.ids) FOR KEY SHARE;
  IF NOT FOUND OR EXISTS (SELECT FROM job j JOIN execution e ON e.id = j.execution_id
                          WHERE j.id = p_job AND e.cancel_requested_at IS NOT NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'TU001', DETAIL = jsonb_build_object('job', p_job, 'claim', p_fence)::text,
      MESSAGE = format('Claim %s no longer holds job %s: it was cancelled or given to another worker. Drop the work.',
        p_fence, p_job);
  END IF;
END $$;
COMMENT ON FUNCTION workers.hold_lease IS
  'Raises TU001 unless the claim holds the job; keeps it so until the transaction ends.';
