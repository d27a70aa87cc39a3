-- monthend.validate_range: read one range back from its keyed leaf and compare it with the plan: count, numbers
-- without a gap, totals by fund, source digest, accounts by the frozen rules' pairs. Stores what it read and the
-- verdict; true when it passed.
-- Locks: the lease, the range's row. Raises: TU001 stale claim.
CREATE OR REPLACE FUNCTION monthend.validate_range(p_batch int, p_range int, p_fence bigint, p_job bigint)
RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  range month_end_range;
  leaf month_end_leaf;
  wrong jsonb;
BEGIN
  PERFORM monthend.enter(p_batch, p_fence, p_job);
  SELECT * INTO STRICT range FROM month_end_range r WHERE r.batch_id = p_batch AND r.number = p_range FOR NO KEY UPDATE;
  SELECT * INTO STRICT leaf FROM month_end_leaf l WHERE l.batch_id = p_batch AND l.number = range.leaf_number;
  DELETE FROM month_end_posted_total t WHERE t.batch_id = p_batch AND t.range_number = p_range;
  INSERT INTO month_end_posted_total (batch_id, range_number, source_id, fund_id, debit_account_id, credit_account_id,
      entries, amount, first_entry, last_entry, source_digest, entry_digest)
    SELECT p_batch, p_range, t.source_type, t.fund_id, t.debit_account_id, t.credit_account_id, t.entries, t.amount,
      t.first_entry, t.last_entry, t.source_digest, t.entry_digest
    FROM monthend.entry_totals(format('public.%I', leaf.table_name)::regclass, range.first_entry, range.last_entry) t;
  SELECT jsonb_agg(to_jsonb(d)) INTO wrong FROM monthend.range_differences(p_batch, p_range) d;
  UPDATE month_end_range r SET validated_at = clock_timestamp() WHERE r.id = range.id AND wrong IS NULL;
  INSERT INTO month_end_validation (batch_id, layer, name, range_number, status, message, details, at)
    VALUES (p_batch, 'per_worker', 'range_totals', p_range, CASE WHEN wrong IS NULL THEN 'PASS' ELSE 'FAIL' END,
      CASE WHEN wrong IS NULL THEN format('Range %s equals its plan.', p_range)
        ELSE format('Range %s differs from its plan.', p_range) END,
      jsonb_build_object('expected', range.entries, 'differences', coalesce(wrong, '[]')), clock_timestamp())
  ON CONFLICT (batch_id, layer, name, range_number) DO UPDATE
    SET status = excluded.status, message = excluded.message, details = excluded.details, at = excluded.at;
  RETURN wrong IS NULL;
END $$;
COMMENT ON FUNCTION monthend.validate_range(int, int, bigint, bigint)
  IS 'Read one range back and compare it with the plan.';
