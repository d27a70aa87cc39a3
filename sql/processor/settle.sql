-- processor.settle: end the batches of which every item has ended, and tell who listens what changed.
-- Locks: the batches; the caller has them already. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.settle(p_batches bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
BEGIN
  WITH ended AS (
    SELECT b.id, CASE WHEN b.status = 'cancelling' THEN 'cancelled' WHEN b.completed > 0 THEN 'completed'
        ELSE 'failed' END AS status
    FROM inference_batch b WHERE b.id = ANY (p_batches) AND b.status IN ('queued', 'processing', 'cancelling')
      AND b.completed + b.failed + b.cancelled = b.total
  )
  UPDATE inference_batch b SET status = e.status,
    completed_at = CASE WHEN e.status = 'completed' THEN v_now END,
    failed_at = CASE WHEN e.status = 'failed' THEN v_now END,
    cancelled_at = CASE WHEN e.status = 'cancelled' THEN v_now END,
    error = CASE WHEN e.status = 'failed' THEN b.error ELSE '' END
  FROM ended e WHERE b.id = e.id;
  PERFORM pg_notify('processor_batch', b.batch_id) FROM inference_batch b WHERE b.id = ANY (p_batches);
END $$;
COMMENT ON FUNCTION processor.settle IS 'Ends the batches of which every item has ended.';
