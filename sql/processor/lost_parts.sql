-- processor.lost_parts: parts of open batches whose engine jobs failed for good, as when each worker that took one died:
-- nobody else would ever record them. The payloads are the jobs'.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.lost_parts()
RETURNS TABLE (batch bigint, number integer, payload jsonb, error text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT b.id, j.key::integer, j.payload, f.error
  FROM inference_batch b JOIN execution e ON e.id = b.id AND e.failed > 0
  JOIN job j ON j.execution_id = b.id JOIN finished_job f ON f.id = j.id AND f.state = 'failed'
  WHERE b.status IN ('queued', 'processing', 'cancelling')
    AND NOT EXISTS (SELECT FROM inference_part p WHERE p.batch_id = b.id AND p.number = j.key::integer)
  ORDER BY b.id, 2 LIMIT 100
$$;
COMMENT ON FUNCTION processor.lost_parts IS 'Parts whose engine jobs failed for good.';
