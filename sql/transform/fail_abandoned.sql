-- transform.fail_abandoned: fail the batches whose execution ended without ending them, or is gone: nobody else would,
-- and they would stay in the places of their callers. Returns how many.
-- Locks: those batches, then their chunks. Raises: nothing.
CREATE OR REPLACE FUNCTION transform.fail_abandoned(p_error jsonb) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_abandoned bigint[] := array(SELECT b.id FROM transform_batch b
    WHERE b.status IN ('queued', 'processing') AND b.execution_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM execution e WHERE e.id = b.execution_id AND e.completed_at IS NULL)
    FOR NO KEY UPDATE SKIP LOCKED);
BEGIN
  UPDATE transform_batch b SET status = 'failed', error = p_error, completed_at = now(),
      duration = coalesce(extract(epoch FROM now() - b.started_at), 0)
    WHERE b.id = ANY (v_abandoned);
  UPDATE transform_chunk c SET items = ''::bytea, results = NULL WHERE c.batch_id = ANY (v_abandoned);
  RETURN cardinality(v_abandoned);
END $$;
COMMENT ON FUNCTION transform.fail_abandoned IS 'Fails the batches whose execution has ended without them.';
