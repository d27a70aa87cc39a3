-- processor.recent_figures: runs and events of batches that aren't folded yet, as minutes; only those of these ids, all
-- for NULL. Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.recent_figures(p_runs bigint[] DEFAULT NULL, p_events bigint[] DEFAULT NULL)
RETURNS SETOF inference_minute
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  WITH run AS (
    SELECT date_trunc('minute', r.ended_at) AS minute, r.model, r.items, r.compute_ms, r.queue_ms, r.queue_items
    FROM inference_run r WHERE p_runs IS NULL OR r.id = ANY(p_runs)
  ), of_runs AS (
    SELECT r.minute, r.model, count(*) AS runs, sum(r.items) AS items, sum(r.compute_ms) AS compute_ms,
      processor.counts(array_agg(r.compute_ms), NULL, processor.time_bounds()) AS compute_times,
      processor.counts(array_agg(r.items::float8), NULL, processor.size_bounds()) AS batch_sizes
    FROM run r GROUP BY 1, 2
  ), of_items AS (
    SELECT r.minute, r.model, sum(q.ms * q.items) AS queue_ms, sum((q.ms + r.compute_ms) * q.items) AS latency_ms,
      processor.counts(array_agg(q.ms), array_agg(q.items::bigint), processor.time_bounds()) AS queue_times,
      processor.counts(array_agg(q.ms + r.compute_ms), array_agg(q.items::bigint), processor.time_bounds()) AS latencies
    FROM run r CROSS JOIN LATERAL unnest(r.queue_ms, r.queue_items) AS q(ms, items) GROUP BY 1, 2
  ), of_batches AS (
    SELECT date_trunc('minute', e.happened_at) AS minute, e.model,
      count(*) FILTER (WHERE e.status = 'queued') AS submitted,
      count(*) FILTER (WHERE e.status = 'completed') AS completed,
      count(*) FILTER (WHERE e.status = 'failed') AS failed,
      count(*) FILTER (WHERE e.status = 'cancelled') AS cancelled,
      count(*) FILTER (WHERE e.status = 'expired') AS expired,
      sum(e.completed_items) AS completed_items, sum(e.failed_items) AS failed_items,
      coalesce(sum(e.seconds), 0) AS batch_seconds,
      processor.counts(array_agg(e.seconds * 1000) FILTER (WHERE e.seconds IS NOT NULL), NULL,
        processor.time_bounds()) AS batch_times
    FROM inference_batch_event e WHERE p_events IS NULL OR e.id = ANY(p_events) GROUP BY 1, 2
  ), none AS (
    SELECT processor.counts(NULL, NULL, processor.time_bounds()) AS times,
      processor.counts(NULL, NULL, processor.size_bounds()) AS sizes
  )
  SELECT coalesce(b.submitted, 0), coalesce(b.completed, 0), coalesce(b.failed, 0), coalesce(b.cancelled, 0),
    coalesce(b.expired, 0), coalesce(b.batch_seconds, 0), coalesce(b.batch_times, n.times), coalesce(r.runs, 0),
    coalesce(r.items, 0), coalesce(b.failed_items, 0), coalesce(r.compute_ms, 0), coalesce(i.queue_ms, 0),
    coalesce(i.latency_ms, 0), minute, model, coalesce(i.latencies, n.times), coalesce(i.queue_times, n.times),
    coalesce(r.compute_times, n.times), coalesce(r.batch_sizes, n.sizes), coalesce(b.completed_items, 0)
  FROM of_runs r JOIN of_items i USING (minute, model) FULL JOIN of_batches b USING (minute, model) CROSS JOIN none n
$$;
COMMENT ON FUNCTION processor.recent_figures IS 'Runs and events of batches that are not folded yet, as minutes.';
