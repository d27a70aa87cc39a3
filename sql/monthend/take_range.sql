-- monthend.take_range: a worker begins, or goes on with, one range. A worker that held it before and did not finish
-- is FAILED with its error, and a new worker id takes over from the checkpoint. The first range to begin makes the
-- batch PROCESSING.
-- Locks: the lease, then the batch row, then the range. Raises: TU001 stale claim, TU103 the batch is not running.
CREATE OR REPLACE FUNCTION monthend.take_range(
  p_batch int, p_range int, p_engine_worker bigint, p_error text, p_fence bigint, p_job bigint)
RETURNS int LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  batch month_end_batch;
  held month_end_worker;
  fresh int;
BEGIN
  PERFORM monthend.enter(p_batch, p_fence, p_job);
  SELECT * INTO STRICT batch FROM month_end_batch m WHERE m.id = p_batch FOR NO KEY UPDATE;
  IF batch.status = 'READY' THEN
    UPDATE month_end_batch m SET status = 'PROCESSING', phase = 'PARALLEL_PROCESSING', started_at = clock_timestamp()
      WHERE m.id = p_batch;
  ELSIF batch.status <> 'PROCESSING' THEN
    RAISE EXCEPTION USING ERRCODE = 'TU103', MESSAGE = format('Batch %s is %s and posts nothing.', batch.batch_id,
      batch.status);
  END IF;
  PERFORM FROM month_end_range r WHERE r.batch_id = p_batch AND r.number = p_range FOR UPDATE;
  SELECT * INTO held FROM month_end_worker w
    WHERE w.batch_id = p_batch AND w.range_number = p_range ORDER BY w.worker_id DESC LIMIT 1;
  IF held.status = 'COMPLETED' THEN
    RETURN held.worker_id;
  ELSIF held.status = 'ASSIGNED' THEN
    UPDATE month_end_worker w SET status = 'RUNNING', engine_worker_id = p_engine_worker, started_at = clock_timestamp()
      WHERE w.id = held.id;
    RETURN held.worker_id;
  END IF;
  SELECT max(w.worker_id) + 1 INTO fresh FROM month_end_worker w WHERE w.batch_id = p_batch;
  UPDATE month_end_worker w SET status = 'FAILED', error = coalesce(nullif(w.error, ''), p_error, 'worker lost'),
      recovery_action = 'RESTARTED', replacement_worker_id = fresh WHERE w.id = held.id;
  INSERT INTO month_end_worker (batch_id, worker_id, range_number, status, engine_worker_id, records_processed,
    started_at)
    SELECT p_batch, fresh, p_range, 'RUNNING', p_engine_worker, r.posted_transactions, clock_timestamp()
    FROM month_end_range r WHERE r.batch_id = p_batch AND r.number = p_range;
  PERFORM monthend.log_event(p_batch, 'replaced',
    format('Worker %s of range %s: %s. Worker %s goes on from the checkpoint.',
    held.worker_id, p_range, coalesce(p_error, 'worker lost'), fresh));
  RETURN fresh;
END $$;
COMMENT ON FUNCTION monthend.take_range(int, int, bigint, text, bigint, bigint)
  IS 'A worker begins or goes on with a range.';
