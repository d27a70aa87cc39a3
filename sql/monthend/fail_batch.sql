-- monthend.fail_batch: stop a running batch as FAILED. Leaves and checkpoints stay for a resume; without leaves it
-- lets go of the ledger. Does nothing to a batch that is not running. Returns true when it failed the batch.
-- Locks: the lease, the batch row. Raises: TU001 stale claim.
CREATE OR REPLACE FUNCTION monthend.fail_batch(p_batch int, p_reason text, p_fence bigint, p_job bigint) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  batch month_end_batch;
BEGIN
  PERFORM workers.hold_lease(p_fence, p_job);
  SELECT * INTO STRICT batch FROM month_end_batch m WHERE m.id = p_batch FOR NO KEY UPDATE;
  IF batch.status NOT IN ('PREPARING', 'READY', 'PROCESSING', 'VALIDATING') THEN
    RETURN false;
  END IF;
  UPDATE month_end_worker w SET status = 'FAILED', error = coalesce(nullif(w.error, ''), p_reason)
    WHERE w.batch_id = p_batch AND w.status = 'RUNNING';
  UPDATE month_end_batch m SET status = 'FAILED', reason = p_reason,
      holds_ledger = EXISTS (SELECT FROM month_end_leaf l WHERE l.batch_id = p_batch)
    WHERE m.id = p_batch;
  PERFORM monthend.log_event(p_batch, 'failed', p_reason);
  RETURN true;
END $$;
COMMENT ON FUNCTION monthend.fail_batch(int, text, bigint, bigint) IS 'Stop a running batch as FAILED.';
