-- monthend.plan_batch: store the plan of a batch, whole, in one transaction: frozen rules, blocks, ranges, leaves,
-- workers and the run of entry numbers, which is reserved here. Afterwards the batch is READY. A plan is never
-- recomputed.
-- p_leaves: how many leaves at most (posting slots). Locks: the lease, the batch row, the number counter.
-- Raises: TU001 stale claim, TU103 not PREPARING.
CREATE OR REPLACE FUNCTION monthend.plan_batch(p_batch int, p_leaves int, p_fence bigint, p_job bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  batch month_end_batch;
  frozen jsonb := monthend.freeze_rules(p_batch);
BEGIN
  PERFORM monthend.enter(p_batch, p_fence, p_job);
  SELECT * INTO STRICT batch FROM month_end_batch m WHERE m.id = p_batch FOR UPDATE;
  IF batch.status <> 'PREPARING' THEN
    RAISE EXCEPTION USING ERRCODE = 'TU103',
      MESSAGE = format('Batch %s is %s; only a batch in PREPARING is planned.', batch.batch_id, batch.status);
  END IF;
  UPDATE month_end_batch m SET phase = 'PLANNING', rules = frozen,
      rules_fingerprint = encode(sha256(convert_to(frozen::text, 'UTF8')), 'hex')
    WHERE m.id = p_batch RETURNING * INTO batch;
  IF batch.reverses_id IS NULL THEN
    PERFORM monthend.plan_inputs(batch);
  ELSE
    PERFORM monthend.plan_reversal(batch);
  END IF;
  PERFORM monthend.plan_ranges(batch, p_leaves);
  PERFORM monthend.create_leaves(p_batch);
  INSERT INTO month_end_worker (batch_id, worker_id, range_number)
    SELECT p_batch, r.number, r.number FROM month_end_range r WHERE r.batch_id = p_batch;
  PERFORM monthend.finish_plan(batch);
END $$;
COMMENT ON FUNCTION monthend.plan_batch(int, int, bigint, bigint) IS 'Store the plan of a batch.';
