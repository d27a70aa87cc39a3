-- monthend.validate_batch: the pre-commit layer over all leaves, from what was read back of them: record count,
-- numbers without gap or duplicate, debit against credit, totals by fund, linkage to the source. Returns true when
-- every check passed.
-- Locks: the lease, the batch row. Raises: TU001 stale claim.
CREATE OR REPLACE FUNCTION monthend.validate_batch(p_batch int, p_fence bigint, p_job bigint) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  batch month_end_batch;
BEGIN
  PERFORM monthend.enter(p_batch, p_fence, p_job);
  SELECT * INTO STRICT batch FROM month_end_batch m WHERE m.id = p_batch FOR NO KEY UPDATE;
  PERFORM monthend.check_count(batch);
  PERFORM monthend.check_sequence(batch);
  PERFORM monthend.check_balance(batch);
  PERFORM monthend.check_funds(batch);
  PERFORM monthend.check_linkage(batch);
  UPDATE month_end_batch m SET validated_at = clock_timestamp() WHERE m.id = p_batch;
  RETURN NOT EXISTS (SELECT FROM month_end_validation v
    WHERE v.batch_id = p_batch AND v.layer = 'pre_commit' AND v.status = 'FAIL');
END $$;
COMMENT ON FUNCTION monthend.validate_batch(int, bigint, bigint) IS 'The pre-commit layer of a batch.';
