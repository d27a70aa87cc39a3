-- monthend.finish_abort: end an abort: drop the leaves (or keep them, detached, when asked), give the numbers back,
-- ABORTED.
-- Locks: the lease, the month-end lock, the batch row, the leaves. Raises: TU001, TU103, 55P03 a leaf is still in
-- use.
CREATE OR REPLACE FUNCTION monthend.finish_abort(p_batch int, p_fence bigint, p_job bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  batch month_end_batch;
  dropped int := 0;
BEGIN
  PERFORM workers.hold_lease(p_fence, p_job);
  PERFORM pg_advisory_xact_lock(3, 0);
  SELECT * INTO STRICT batch FROM month_end_batch m WHERE m.id = p_batch FOR NO KEY UPDATE;
  IF NOT batch.keep_leaves THEN
    dropped := monthend.drop_leaves(p_batch);
  END IF;
  PERFORM monthend.return_numbers(p_batch);
  UPDATE month_end_worker w SET status = 'FAILED', error = 'batch aborted'
    WHERE w.batch_id = p_batch AND w.status IN ('ASSIGNED', 'RUNNING');
  UPDATE month_end_batch m SET status = 'ABORTED', phase = 'DONE', holds_ledger = false, finished_at = clock_timestamp()
    WHERE m.id = p_batch;
  PERFORM monthend.log_event(p_batch, 'aborted', CASE WHEN batch.keep_leaves THEN 'The leaves are kept, detached.'
    ELSE format('%s leaves dropped, the entry numbers are free again.', dropped) END);
END $$;
COMMENT ON FUNCTION monthend.finish_abort(int, bigint, bigint) IS 'End an abort.';
