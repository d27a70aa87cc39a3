-- monthend.drop_kept_leaves: drop the leaves that an abort without rollback kept for inspection. Returns how many.
-- Locks: the batch row, the leaves. Raises: TU103 the batch is not ABORTED, 55P03 somebody reads a leaf.
CREATE OR REPLACE FUNCTION monthend.drop_kept_leaves(p_batch int) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  batch month_end_batch;
  dropped int;
BEGIN
  SELECT * INTO STRICT batch FROM month_end_batch m WHERE m.id = p_batch FOR NO KEY UPDATE;
  IF batch.status <> 'ABORTED' THEN
    RAISE EXCEPTION USING ERRCODE = 'TU103',
      MESSAGE = format('Batch %s is %s; only an ABORTED batch has leaves to drop.', batch.batch_id, batch.status);
  END IF;
  dropped := monthend.drop_leaves(p_batch);
  UPDATE month_end_batch m SET keep_leaves = false WHERE m.id = p_batch;
  PERFORM monthend.log_event(p_batch, 'dropped', format('%s kept leaves dropped.', dropped));
  RETURN dropped;
END $$;
COMMENT ON FUNCTION monthend.drop_kept_leaves(int) IS 'Drop the leaves that an abort kept for inspection.';
