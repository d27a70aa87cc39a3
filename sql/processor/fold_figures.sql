-- processor.fold_figures: move what was reported in minutes that are over into rows by minute and into the totals, at
-- most p_limit runs and as many events; drop minutes older than p_keep. What one caller holds, another leaves alone, so
-- everything is counted once. Returns how many rows it moved. Locks: those rows; minutes and totals of their models.
-- Raises: nothing.
CREATE OR REPLACE FUNCTION processor.fold_figures(p_keep interval, p_limit integer DEFAULT 100000) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_over timestamptz := date_trunc('minute', now());
  v_runs bigint[] := ARRAY(SELECT r.id FROM inference_run r WHERE r.ended_at < v_over
    ORDER BY r.id LIMIT p_limit FOR UPDATE SKIP LOCKED);
  v_events bigint[] := ARRAY(SELECT e.id FROM inference_batch_event e WHERE e.happened_at < v_over
    ORDER BY e.id LIMIT p_limit FOR UPDATE SKIP LOCKED);
BEGIN
  WITH recent AS MATERIALIZED (
    SELECT r.* FROM processor.recent_figures(v_runs, v_events) r ORDER BY r.minute, r.model
  ), kept AS (
    INSERT INTO inference_minute AS m (minute, model, submitted, completed, failed, cancelled, expired, batch_seconds,
        batch_times, completed_items, failed_items, runs, items, compute_ms, queue_ms, latency_ms, latencies, queue_times,
        compute_times, batch_sizes)
      SELECT r.minute, r.model, r.submitted, r.completed, r.failed, r.cancelled, r.expired, r.batch_seconds, r.batch_times,
        r.completed_items, r.failed_items, r.runs, r.items, r.compute_ms, r.queue_ms, r.latency_ms, r.latencies,
        r.queue_times, r.compute_times, r.batch_sizes
      FROM recent r
      ON CONFLICT (minute, model) DO UPDATE SET
        submitted = m.submitted + excluded.submitted, completed = m.completed + excluded.completed,
        failed = m.failed + excluded.failed, cancelled = m.cancelled + excluded.cancelled,
        expired = m.expired + excluded.expired, batch_seconds = m.batch_seconds + excluded.batch_seconds,
        batch_times = processor.added(ARRAY[m.batch_times, excluded.batch_times]), runs = m.runs + excluded.runs,
        items = m.items + excluded.items, completed_items = m.completed_items + excluded.completed_items,
        failed_items = m.failed_items + excluded.failed_items,
        compute_ms = m.compute_ms + excluded.compute_ms, queue_ms = m.queue_ms + excluded.queue_ms,
        latency_ms = m.latency_ms + excluded.latency_ms,
        latencies = processor.added(ARRAY[m.latencies, excluded.latencies]),
        queue_times = processor.added(ARRAY[m.queue_times, excluded.queue_times]),
        compute_times = processor.added(ARRAY[m.compute_times, excluded.compute_times]),
        batch_sizes = processor.added(ARRAY[m.batch_sizes, excluded.batch_sizes])
  )
  INSERT INTO inference_total AS t (model, submitted, completed, failed, cancelled, expired, batch_seconds, batch_times,
      completed_items, failed_items, runs, items, compute_ms, queue_ms, latency_ms)
    SELECT r.model, sum(r.submitted), sum(r.completed), sum(r.failed), sum(r.cancelled), sum(r.expired),
      sum(r.batch_seconds), processor.added(array_agg(r.batch_times)), sum(r.completed_items), sum(r.failed_items),
      sum(r.runs), sum(r.items), sum(r.compute_ms), sum(r.queue_ms), sum(r.latency_ms)
    FROM recent r GROUP BY r.model ORDER BY r.model
    ON CONFLICT (model) DO UPDATE SET
      submitted = t.submitted + excluded.submitted, completed = t.completed + excluded.completed,
      failed = t.failed + excluded.failed, cancelled = t.cancelled + excluded.cancelled,
      expired = t.expired + excluded.expired, batch_seconds = t.batch_seconds + excluded.batch_seconds,
      batch_times = processor.added(ARRAY[t.batch_times, excluded.batch_times]), runs = t.runs + excluded.runs,
      items = t.items + excluded.items, completed_items = t.completed_items + excluded.completed_items,
      failed_items = t.failed_items + excluded.failed_items,
      compute_ms = t.compute_ms + excluded.compute_ms, queue_ms = t.queue_ms + excluded.queue_ms,
      latency_ms = t.latency_ms + excluded.latency_ms;
  DELETE FROM inference_run r WHERE r.id = ANY(v_runs);
  DELETE FROM inference_batch_event e WHERE e.id = ANY(v_events);
  DELETE FROM inference_minute m WHERE m.minute < now() - p_keep;
  RETURN cardinality(v_runs) + cardinality(v_events);
END $$;
COMMENT ON FUNCTION processor.fold_figures IS 'Moves what was reported in minutes that are over into minutes and totals.';
