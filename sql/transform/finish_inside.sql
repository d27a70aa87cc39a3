-- transform.finish_inside: end a batch that a request did itself, with its results as one chunk when it is completed. Its
-- idempotency key is let go of unless p_keep_key: the same request may succeed another time.
-- Locks: the batch, then what transform.count_ended_batch locks. Raises: nothing.
CREATE OR REPLACE FUNCTION transform.finish_inside(p_batch bigint, p_status text, p_processed integer, p_filtered integer,
  p_failed integer, p_error jsonb, p_keep_key boolean, p_seconds float8, p_process text, p_memory bigint,
  p_results bytea, p_errors jsonb)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF p_status = 'completed' THEN
    INSERT INTO transform_chunk (batch_id, number, first_row, size, items, results, result_count, filtered, errors, state)
      VALUES (p_batch, 0, 0, p_processed, ''::bytea, p_results, p_processed - p_filtered - p_failed, p_filtered, p_errors,
        'done');
  END IF;
  UPDATE transform_batch b SET status = p_status, processed = p_processed, filtered = p_filtered, failed = p_failed,
      error = p_error, idempotency_key = CASE WHEN p_keep_key THEN b.idempotency_key END, completed_at = clock_timestamp(),
      duration = p_seconds, work_seconds = p_seconds, process = p_process, memory_bytes = p_memory
    WHERE b.id = p_batch;
END $$;
COMMENT ON FUNCTION transform.finish_inside IS 'Ends a batch that a request did itself.';
