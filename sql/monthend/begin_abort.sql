-- monthend.begin_abort: the batch goes to ABORTING and its execution is cancelled, so no claim of it holds any more.
-- Sessions in the middle of a step are interrupted first; one that just began another step gives 55P03, and the
-- caller tries again.
-- Locks: the batch row, the leases. Raises: TU103 illegal move, 55P03 a step is still running.
CREATE OR REPLACE FUNCTION monthend.begin_abort(p_batch int, p_actor int, p_reason text, p_keep_leaves boolean)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public SET lock_timeout = '250ms' AS $$
DECLARE
  batch month_end_batch;
BEGIN
  SELECT * INTO STRICT batch FROM month_end_batch m WHERE m.id = p_batch;
  IF batch.status IN ('PREPARING', 'READY', 'PROCESSING', 'VALIDATING') THEN
    PERFORM monthend.interrupt_batch(p_batch);
  END IF;
  UPDATE month_end_batch m SET status = 'ABORTING', phase = 'ROLLBACK', reason = p_reason, keep_leaves = p_keep_leaves
    WHERE m.id = p_batch;
  PERFORM workers.cancel_execution(batch.execution_id, p_reason);
  PERFORM monthend.log_event(p_batch, 'aborting', p_reason, p_actor);
END $$;
COMMENT ON FUNCTION monthend.begin_abort(int, int, text, boolean) IS 'The batch goes to ABORTING.';
