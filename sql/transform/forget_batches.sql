-- transform.forget_batches: delete batches that ended longer than p_keep ago, with all that is kept of their items. At
-- most p_most a call, of which it returns the number.
-- Locks: those rows. Raises: nothing.
CREATE OR REPLACE FUNCTION transform.forget_batches(p_keep interval, p_most integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_old bigint[] := array(SELECT b.id FROM transform_batch b WHERE b.completed_at < now() - p_keep
    ORDER BY b.completed_at LIMIT p_most FOR UPDATE SKIP LOCKED);
BEGIN
  DELETE FROM transform_chunk c WHERE c.batch_id = ANY (v_old);
  DELETE FROM transform_batch b WHERE b.id = ANY (v_old);
  RETURN cardinality(v_old);
END $$;
COMMENT ON FUNCTION transform.forget_batches IS 'Deletes batches that ended long ago, with their results.';
