-- processor.record_parts: write the results of parts, each once: the first that comes wins, also when a worker was taken
-- for lost and comes back. Parts of batches that have ended, by the clock at this moment, are dropped, and those that were
-- cancelled while they waited for another worker: their items are counted already.
--   p_errors   the first item's error of each part, NULL without one
-- Returns how many items were recorded.
-- Locks: the batches, in order of id; a share of the queue. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.record_parts(p_worker integer, p_batches bigint[], p_numbers integer[],
  p_items integer[], p_failed integer[], p_compute_ms float8[], p_results text[], p_errors text[]) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_now timestamptz;
  v_items integer;
BEGIN
  PERFORM FROM inference_batch b WHERE b.id = ANY (p_batches) ORDER BY b.id FOR NO KEY UPDATE;
  v_now := clock_timestamp();  -- after the wait for the locks
  WITH given AS MATERIALIZED (
    SELECT g.* FROM unnest(p_batches, p_numbers, p_items, p_failed, p_compute_ms, p_results, p_errors)
      g(batch, number, items, failed, compute_ms, results, error)
    JOIN inference_batch b ON b.id = g.batch
    WHERE b.status IN ('queued', 'processing', 'cancelling') AND b.expires_at > v_now
      AND NOT (b.status = 'cancelling' AND EXISTS (SELECT FROM job j JOIN finished_job f ON f.id = j.id
        WHERE j.execution_id = g.batch AND j.key = g.number::text AND f.state = 'cancelled'))
  ), written AS (
    INSERT INTO inference_part (batch_id, number, items, failed, results, worker_id, recorded_at)
    SELECT g.batch, g.number, g.items, g.failed, g.results, p_worker, v_now FROM given g
    ON CONFLICT DO NOTHING RETURNING batch_id, number
  ), sums AS (
    SELECT g.batch, sum(g.items) AS items, sum(g.failed) AS failed, sum(g.compute_ms) AS compute_ms,
      min(g.error) AS error
    FROM written w JOIN given g ON g.batch = w.batch_id AND g.number = w.number GROUP BY g.batch
  ), counted AS (
    UPDATE inference_batch b SET completed = b.completed + s.items - s.failed, failed = b.failed + s.failed,
      compute_ms = b.compute_ms + s.compute_ms, processing_at = coalesce(b.processing_at, v_now),
      status = CASE WHEN b.status = 'queued' THEN 'processing' ELSE b.status END,
      error = CASE WHEN b.error = '' THEN coalesce(s.error, '') ELSE b.error END
    FROM sums s WHERE b.id = s.batch RETURNING s.items
  )
  SELECT coalesce(sum(c.items), 0) INTO v_items FROM counted c;
  PERFORM processor.settle(p_batches);
  PERFORM processor.give_places(v_items);
  RETURN v_items;
END $$;
COMMENT ON FUNCTION processor.record_parts IS 'Writes the results of parts.';
