-- monthend.freeze_rules: the posting rules that hold in a period for a batch's sources, as the batch keeps them.
-- Product rules come before general ones; each has the part of the period for which it holds.
CREATE OR REPLACE FUNCTION monthend.freeze_rules(p_batch int) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object(
      'source', r.source_id, 'fund', r.fund_id, 'product', r.product_code, 'debit', r.debit_account_id,
      'credit', r.credit_account_id, 'from', greatest(r.valid_from, p.start_date),
      'to', least(coalesce(r.valid_to, p.end_date), p.end_date))
    ORDER BY r.source_id, r.fund_id, r.product_code NULLS LAST, r.valid_from), '[]')
  FROM month_end_batch b
  JOIN accounting_period p ON p.id = b.period_id
  JOIN month_end_input i ON i.batch_id = b.id
  JOIN posting_rule r ON r.source_id = i.source_id
    AND r.valid_from <= p.end_date AND coalesce(r.valid_to, p.end_date) >= p.start_date
  WHERE b.id = p_batch;
$$;
COMMENT ON FUNCTION monthend.freeze_rules(int) IS 'The posting rules that hold for a batch, as the batch keeps them.';
