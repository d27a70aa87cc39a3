-- monthend.begin_resume: a FAILED batch runs again: from its checkpoints when it has leaves, from the start when it
-- has none.
-- Locks: the month-end lock, the batch row. Raises: TU103 illegal move; 23505 when another batch holds the ledger.
CREATE OR REPLACE FUNCTION monthend.begin_resume(p_batch int, p_actor int) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  batch month_end_batch;
  planned boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(3, 0);
  SELECT * INTO STRICT batch FROM month_end_batch m WHERE m.id = p_batch FOR UPDATE;
  planned := batch.expected_amount IS NOT NULL;
  UPDATE month_end_batch m SET status = CASE WHEN planned THEN 'PROCESSING' ELSE 'PREPARING' END,
      phase = CASE WHEN planned THEN 'PARALLEL_PROCESSING' ELSE 'PRE_FLIGHT' END, holds_ledger = true, reason = ''
    WHERE m.id = p_batch;
  DELETE FROM month_end_validation v WHERE v.batch_id = p_batch AND v.status = 'FAIL';
  PERFORM monthend.log_event(p_batch, 'resumed', CASE WHEN planned THEN 'Goes on from the checkpoints.'
    ELSE 'Starts again from the pre-flight checks.' END, p_actor);
  RETURN planned;
END $$;
COMMENT ON FUNCTION monthend.begin_resume(int, int) IS 'A FAILED batch runs again.';
