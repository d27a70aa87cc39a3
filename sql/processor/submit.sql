-- processor.submit: take a submission: its engine execution, its row and its places in the queue, all or nothing.
--   p_sizes           items of each part, in order; p_jobs has a job for each
--   p_kinds, p_jobs   as workers.submit takes them
-- Locks: a share of the queue; waits for another submission of the same batch_id.
-- Raises: TU401 when the queue has no room; a unique violation for a batch_id that exists; what workers.submit raises.
CREATE OR REPLACE FUNCTION processor.submit(p_batch_id text, p_owner integer, p_version integer, p_priority text,
  p_timeout_ms integer, p_metadata jsonb, p_sizes integer[], p_kinds jsonb, p_jobs jsonb, p_limit integer,
  OUT o_batch inference_batch)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_items integer := (SELECT sum(s) FROM unnest(p_sizes) s);
  v_execution record;
BEGIN
  -- refused without a trace while it is full; what decides is take_places
  IF (SELECT sum(q.used) + v_items <= p_limit FROM queue_place q) THEN
    v_execution := workers.submit('processor', p_kinds, p_jobs, NULL, p_owner);
    INSERT INTO inference_batch AS b (id, batch_id, owner_id, model_version_id, priority, timeout_ms, metadata, total,
        part_sizes, expires_at)
      VALUES ((v_execution.o_execution).id, p_batch_id, p_owner, p_version, p_priority, p_timeout_ms, p_metadata, v_items,
        p_sizes, now() + make_interval(secs => p_timeout_ms / 1000.0))
      RETURNING b.* INTO o_batch;
  END IF;
  IF o_batch.id IS NULL OR NOT processor.take_places(v_items, p_limit) THEN
    RAISE EXCEPTION USING ERRCODE = 'TU401', MESSAGE = format('The queue is full: it takes %s items.', p_limit),
      DETAIL = jsonb_build_object('limit', p_limit)::text;
  END IF;
END $$;
COMMENT ON FUNCTION processor.submit IS 'Takes a submission.';
