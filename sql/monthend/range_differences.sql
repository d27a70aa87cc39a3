-- monthend.range_differences: where the totals read back for a range differ from its plan; no row when they agree.
CREATE OR REPLACE FUNCTION monthend.range_differences(p_batch int, p_range int)
RETURNS TABLE (source_id smallint, fund_id smallint, expected_entries bigint, actual_entries bigint,
  expected_amount numeric, actual_amount numeric, same_rows boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT source_id, fund_id, coalesce(p.entries, 0), coalesce(t.entries, 0),
    coalesce(p.amount, 0), coalesce(t.amount, 0),
    coalesce(p.digest = t.digest, false)
  FROM monthend.planned_totals(p_batch, p_range) p
  FULL JOIN (
    SELECT x.source_id, x.fund_id, sum(x.entries)::bigint AS entries, sum(x.amount) AS amount,
      bit_xor(x.source_digest) AS digest
    FROM month_end_posted_total x WHERE x.batch_id = p_batch AND x.range_number = p_range
    GROUP BY x.source_id, x.fund_id) t USING (source_id, fund_id)
  WHERE p.entries IS DISTINCT FROM t.entries OR p.amount IS DISTINCT FROM t.amount
    OR p.digest IS DISTINCT FROM t.digest;
$$;
COMMENT ON FUNCTION monthend.range_differences(int, int) IS 'Where a range read back differs from its plan.';
