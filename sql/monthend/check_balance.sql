-- monthend.check_balance: debits equal credits, summed by account on each side on its own.
CREATE OR REPLACE FUNCTION monthend.check_balance(p_batch month_end_batch) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  WITH sides AS (
    SELECT coalesce((SELECT sum(t.amount) FROM month_end_posted_total t JOIN account a ON a.id = t.debit_account_id
        WHERE t.batch_id = p_batch.id), 0)::numeric(20, 2) AS debit,
      coalesce((SELECT sum(t.amount) FROM month_end_posted_total t JOIN account a ON a.id = t.credit_account_id
        WHERE t.batch_id = p_batch.id), 0)::numeric(20, 2) AS credit)
  SELECT monthend.record_check(p_batch.id, 'pre_commit', 'debit_credit_balance',
    CASE WHEN debit = credit AND debit = p_batch.expected_amount THEN 'PASS' ELSE 'FAIL' END,
    CASE WHEN debit <> credit THEN 'Debits and credits differ'
      WHEN debit <> p_batch.expected_amount THEN format('Balanced, but the plan expects %s', p_batch.expected_amount)
      ELSE 'Balanced' END,
    jsonb_build_object('total_debit', debit::text, 'total_credit', credit::text, 'difference', (debit - credit)::text))
  FROM sides;
$$;
COMMENT ON FUNCTION monthend.check_balance(month_end_batch) IS 'Debits equal credits.';
