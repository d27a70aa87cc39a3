-- processor.expire: end a batch whose time is over: what waits is cancelled, what runs is taken from its worker, what was
-- recorded stays. One batch a call, since its engine locks must not wait for those of another. Returns the batch; NULL
-- when there is none.
-- Locks: the batch, skipping those of others; then as workers.cancel_execution; a share of the queue. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.expire() RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_batch inference_batch;
BEGIN
  SELECT b.* INTO v_batch FROM inference_batch b
    WHERE b.status IN ('queued', 'processing', 'cancelling') AND b.expires_at <= clock_timestamp()
    ORDER BY b.expires_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
  IF v_batch.id IS NULL THEN
    RETURN NULL;
  END IF;
  PERFORM workers.cancel_execution(e.id, 'timed out') FROM execution e WHERE e.id = v_batch.id;
  UPDATE inference_batch b SET status = 'expired', expired_at = clock_timestamp(),
    error = format('timed out after %s ms', b.timeout_ms),
    cancelled = b.total - b.completed - b.failed WHERE b.id = v_batch.id;
  PERFORM processor.give_places(v_batch.total - v_batch.completed - v_batch.failed - v_batch.cancelled);
  PERFORM pg_notify('processor_batch', v_batch.batch_id);
  RETURN v_batch.id;
END $$;
COMMENT ON FUNCTION processor.expire IS 'Ends a batch whose time is over.';
