-- processor.begin_parts: a worker begins with these parts. Batches that were queued become `processing`. Returns the
-- configuration as it is now and, in the order of the parts, how long each has waited since it was submitted: NULL for
-- one that doesn't count any more, since its batch has ended or somebody recorded it.
-- Locks: the batches that are queued, in order of id. Raises: nothing.
CREATE OR REPLACE FUNCTION processor.begin_parts(p_batches bigint[], p_numbers integer[], p_versions integer[],
  OUT o_waited_ms float8[], OUT o_settings jsonb, OUT o_models jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
  v_begun text[];
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);  -- lost with a crash, it is begun anew: no need to wait for disk
  PERFORM FROM inference_batch b WHERE b.id = ANY (p_batches) AND b.status = 'queued' ORDER BY b.id FOR NO KEY UPDATE;
  WITH begun AS (
    UPDATE inference_batch b SET status = 'processing', processing_at = v_now
    WHERE b.id = ANY (p_batches) AND b.status = 'queued' AND b.expires_at > v_now RETURNING b.batch_id
  )
  SELECT array_agg(b.batch_id) INTO v_begun FROM begun b;
  PERFORM pg_notify('processor_batch', u.batch_id) FROM unnest(v_begun) u(batch_id);
  SELECT array_agg(CASE WHEN b.status IN ('processing', 'cancelling') AND b.expires_at > v_now
      AND NOT EXISTS (SELECT FROM inference_part p WHERE p.batch_id = g.batch AND p.number = g.number)
      THEN extract(epoch FROM v_now - b.queued_at)::float8 * 1000 END ORDER BY g.place)
    INTO o_waited_ms
    FROM unnest(p_batches, p_numbers) WITH ORDINALITY g(batch, number, place) LEFT JOIN inference_batch b ON b.id = g.batch;
  SELECT to_jsonb(s) INTO o_settings FROM processor_setting s;
  SELECT jsonb_object_agg(v.id, jsonb_build_object('max_batch_size', m.max_batch_size,
      'target_latency_ms', m.target_latency_ms))
    INTO o_models FROM model_version v JOIN inference_model m ON m.id = v.model_id WHERE v.id = ANY (p_versions);
END $$;
COMMENT ON FUNCTION processor.begin_parts IS 'A worker begins with parts of batches.';
