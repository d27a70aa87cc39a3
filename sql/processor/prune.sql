-- processor.prune: delete the oldest batches, with their results, that ended more than so many days ago; at most p_limit.
-- They are looked for in the order of their ids, which is that of their age. Returns how many.
-- Locks: the batches. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.prune(p_days integer, p_limit integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_old bigint[] := array(
    SELECT b.id FROM (SELECT b.id, b.status, b.queued_at FROM inference_batch b ORDER BY b.id LIMIT p_limit) b
    WHERE b.queued_at < now() - make_interval(days => p_days) AND b.status NOT IN ('queued', 'processing', 'cancelling'));
BEGIN
  DELETE FROM inference_part p WHERE p.batch_id = ANY (v_old);
  DELETE FROM inference_batch b WHERE b.id = ANY (v_old);
  RETURN cardinality(v_old);
END $$;
COMMENT ON FUNCTION processor.prune IS 'Deletes batches that are past their retention.';
