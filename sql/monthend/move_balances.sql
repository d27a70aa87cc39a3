-- monthend.move_balances: add a batch's totals to the balances of its period by account and fund, and to the funds'
-- totals. A reversal mirrors both sides of the accounts by itself; from the funds' totals its amounts are taken away.
-- Locks: the balance rows, in the order of their keys.
CREATE OR REPLACE FUNCTION monthend.move_balances(p_batch month_end_batch) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  INSERT INTO period_balance (period_id, account_id, fund_id, debit, credit, entries)
    SELECT p_batch.period_id, s.account_id, s.fund_id, sum(s.debit), sum(s.credit), sum(s.entries)
    FROM (
      SELECT t.debit_account_id AS account_id, t.fund_id, t.amount AS debit, 0 AS credit, t.entries
        FROM month_end_posted_total t WHERE t.batch_id = p_batch.id
      UNION ALL
      SELECT t.credit_account_id, t.fund_id, 0, t.amount, t.entries
        FROM month_end_posted_total t WHERE t.batch_id = p_batch.id) s
    GROUP BY s.account_id, s.fund_id ORDER BY s.account_id, s.fund_id
  ON CONFLICT (period_id, account_id, fund_id) DO UPDATE SET debit = period_balance.debit + excluded.debit,
    credit = period_balance.credit + excluded.credit, entries = period_balance.entries + excluded.entries;
  INSERT INTO fund_total (period_id, source_type, fund_id, entries, amount)
    SELECT p_batch.period_id, t.source_id, t.fund_id, sum(t.entries),
      sum(t.amount) * CASE WHEN p_batch.reverses_id IS NULL THEN 1 ELSE -1 END
    FROM month_end_posted_total t WHERE t.batch_id = p_batch.id
    GROUP BY t.source_id, t.fund_id ORDER BY t.source_id, t.fund_id
  ON CONFLICT (period_id, source_type, fund_id) DO UPDATE SET entries = fund_total.entries + excluded.entries,
    amount = fund_total.amount + excluded.amount;
$$;
COMMENT ON FUNCTION monthend.move_balances(month_end_batch) IS 'Add a batch''s totals to the balances of its period.';
