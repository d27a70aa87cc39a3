-- processor.record_run: report one run of a model: p_queue_ms is how long items had waited since their submission when
-- the run began, p_queue_items how many waited so long. It adds a row and so waits for nobody, nor for the disk: a crash
-- of the server may lose the last reports. Call it alone, since that goes for the whole transaction.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.record_run(p_model text, p_compute_ms float8, p_queue_ms float8[],
  p_queue_items integer[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  INSERT INTO inference_run (model, items, compute_ms, queue_ms, queue_items)
    VALUES (p_model, (SELECT sum(q) FROM unnest(p_queue_items) q), p_compute_ms, p_queue_ms, p_queue_items);
END $$;
COMMENT ON FUNCTION processor.record_run IS 'Reports one run of a model.';
