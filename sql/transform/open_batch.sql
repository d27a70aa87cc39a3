-- transform.open_batch: begin a batch and take a place for it. A batch in 'queued' keeps the place until it ends; for any
-- other the place is taken until the transaction ends. o_slot is null when the caller has no place left, and 0 for one who
-- never had any (transform.ensure_slots makes them): roll back.
-- With p_key, an idempotency key of the owner, the batch that was begun under it before is returned, o_made false, if
-- its p_digest is the same.
-- Locks: a place of the owner that nobody else holds; waits for another batch that begins under the same key.
-- Raises: TU018 the key belongs to another request.
CREATE OR REPLACE FUNCTION transform.open_batch(p_name text, p_owner text, p_actor integer, p_version bigint,
  p_status text, p_on_error text, p_parallel boolean, p_batch_size integer, p_total integer, p_key text, p_digest bytea,
  OUT o_batch bigint, OUT o_made boolean, OUT o_slot smallint)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_known boolean;
  v_digest bytea;
  v_name text;
BEGIN
  INSERT INTO transform_batch AS b (batch_id, owner, actor_id, version_id, status, on_error, parallel, batch_size, total,
      idempotency_key, body_digest, started_at)
    VALUES (p_name, p_owner, p_actor, p_version, p_status, p_on_error, p_parallel, p_batch_size, p_total, p_key, p_digest,
      CASE WHEN p_status <> 'queued' THEN clock_timestamp() END)
    ON CONFLICT (owner, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING b.id INTO o_batch;
  o_made := FOUND;
  IF NOT o_made THEN
    SELECT b.id, b.body_digest, b.batch_id INTO o_batch, v_digest, v_name FROM transform_batch b
      WHERE b.owner = p_owner AND b.idempotency_key = p_key;
    IF v_digest IS DISTINCT FROM p_digest THEN
      RAISE EXCEPTION USING ERRCODE = 'TU018', DETAIL = jsonb_build_object('batch_id', v_name)::text,
        MESSAGE = format('The idempotency key "%s" belongs to %s, which another request made. '
          'Use a new key for a new request.', p_key, v_name);
    END IF;
    RETURN;
  END IF;
  -- asked before: the caller's first places may be made by another request between two statements
  v_known := EXISTS (SELECT FROM transform_slot s WHERE s.owner = p_owner);
  SELECT s.number INTO o_slot FROM transform_slot s
    WHERE s.owner = p_owner AND s.batch_id IS NULL ORDER BY s.number LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    o_slot := CASE WHEN NOT v_known THEN 0 END;
  ELSIF p_status = 'queued' THEN
    UPDATE transform_slot s SET batch_id = o_batch WHERE s.owner = p_owner AND s.number = o_slot;
  END IF;
END $$;
COMMENT ON FUNCTION transform.open_batch IS 'Begins a batch in a place of its caller, or finds the one begun under the same key.';
