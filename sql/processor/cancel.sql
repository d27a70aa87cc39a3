-- processor.cancel: cancel what waits of a batch; what runs may end, so that the batch is `cancelling` until then and
-- `cancelled` after that, at once if nothing runs. Results stay. Returns whether the batch was open and not cancelling.
-- Locks: the batch; then as workers.cancel_waiting; a share of the queue. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.cancel(p_batch bigint, p_reason text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_batch inference_batch;
  v_jobs bigint[];
  v_items integer;
BEGIN
  SELECT b.* INTO v_batch FROM inference_batch b WHERE b.id = p_batch FOR NO KEY UPDATE;
  IF v_batch.status NOT IN ('queued', 'processing') THEN
    RETURN false;
  END IF;
  v_jobs := workers.cancel_waiting(p_batch, p_reason);
  v_items := (SELECT coalesce(sum(v_batch.part_sizes[j.key::integer]), 0) FROM job j
    WHERE j.id = ANY (v_jobs) AND j.id BETWEEN (SELECT min(i) FROM unnest(v_jobs) i) AND (SELECT max(i) FROM unnest(v_jobs) i)
      -- a part may have been recorded whose worker was lost before it said so
      AND NOT EXISTS (SELECT FROM inference_part p WHERE p.batch_id = p_batch AND p.number = j.key::integer));
  UPDATE inference_batch b SET status = 'cancelling', cancelling_at = clock_timestamp(), reason = p_reason,
    cancelled = b.cancelled + v_items WHERE b.id = p_batch;
  PERFORM processor.settle(ARRAY[p_batch]);
  PERFORM processor.give_places(v_items);
  RETURN true;
END $$;
COMMENT ON FUNCTION processor.cancel IS 'Cancels what waits of a batch.';
