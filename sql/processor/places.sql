-- processor.places: where open batches stand in the engine's order, in which a heavier one is as if it had come earlier,
-- by so much of the queue's horizon.
--   p_priorities, p_classes  the priorities of batches and, in the same order, their classes of the engine
--   o_position               1 is the next to run, 0 runs already
--   o_items, o_item_ms       items up to its own end, and how long one takes by the last runs
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.places(p_ids bigint[], p_priorities text[], p_classes text[], p_queue text)
RETURNS TABLE (o_id bigint, o_position bigint, o_items float8, o_item_ms float8)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public
SET enable_seqscan = off  -- the plan is kept, also one that was made while the tables were empty
AS $$
BEGIN
  RETURN QUERY
    WITH behind AS (
      SELECT k.priority, (1 - c.weight)::float8 * coalesce(q.horizon, interval '10 minutes') AS span
      FROM unnest(p_priorities, p_classes) AS k(priority, class)
      JOIN priority_class c ON c.name = k.class LEFT JOIN queue q ON q.name = p_queue
    ), last AS (
      SELECT r.compute_ms, r.items FROM inference_run r ORDER BY r.id DESC LIMIT 50
    ), minute AS (
      SELECT m.compute_ms, m.items FROM inference_minute m WHERE m.items > 0 ORDER BY m.minute DESC LIMIT 1
    ), turn AS (
      SELECT b.id,
        CASE WHEN b.status = 'queued' THEN count(*) FILTER (WHERE b.status = 'queued') OVER earlier ELSE 0 END AS position,
        sum(b.total - b.completed - b.failed - b.cancelled) OVER earlier AS items
      FROM inference_batch b JOIN behind h ON h.priority = b.priority
      WHERE b.status IN ('queued', 'processing', 'cancelling')  -- written out, as in the condition of the index
      WINDOW earlier AS (ORDER BY b.status = 'queued', b.queued_at + h.span, b.id)
    )
    SELECT t.id, t.position, t.items::float8,
      coalesce((SELECT sum(l.compute_ms) / sum(l.items) FROM last l),
        (SELECT n.compute_ms / n.items FROM minute n), m.target_latency_ms)::float8
    FROM turn t JOIN inference_batch b ON b.id = t.id JOIN model_version v ON v.id = b.model_version_id
    JOIN inference_model m ON m.id = v.model_id WHERE t.id = ANY (p_ids);
END $$;
COMMENT ON FUNCTION processor.places IS 'Where open batches stand, and how long it takes until they are done.';
