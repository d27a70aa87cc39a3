-- monthend.planned_totals: what the plan of a batch expects, by range, source and fund. p_range NULL: all ranges.
CREATE OR REPLACE FUNCTION monthend.planned_totals(p_batch int, p_range int)
RETURNS TABLE (range_number int, source_id smallint, fund_id smallint, entries bigint, amount numeric, digest bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT b.range_number, b.source_id, f.fund_id, sum(f.entries)::bigint, sum(f.amount), bit_xor(f.digest)
  FROM month_end_block b
  JOIN month_end_input i ON i.batch_id = b.batch_id AND i.source_id = b.source_id
  CROSS JOIN LATERAL unnest(i.fund_ids, b.fund_entries, b.fund_amounts, b.fund_digests)
    AS f(fund_id, entries, amount, digest)
  WHERE b.batch_id = p_batch AND (p_range IS NULL OR b.range_number = p_range) AND f.entries > 0
  GROUP BY b.range_number, b.source_id, f.fund_id;
$$;
COMMENT ON FUNCTION monthend.planned_totals(int, int) IS 'What the plan of a batch expects, by range, source and fund.';
