-- ledger.trial_balance: per account and fund, what was there before a period, what moved in it, what is there after.
-- Reads sums, never entries, so it takes the same few milliseconds after thirty entries and after thirty million.
-- opening and closing are debit minus credit. Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION ledger.trial_balance(p_period int)
RETURNS TABLE (account text, name text, kind text, fund text, opening numeric, debit numeric, credit numeric,
  closing numeric, entries bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT a.code, a.name, a.kind, f.code, m.opening, m.debit, m.credit, m.opening + m.debit - m.credit, m.entries
  FROM accounting_period p
  CROSS JOIN LATERAL (
    SELECT b.account_id, b.fund_id,
      coalesce(sum(b.debit - b.credit) FILTER (WHERE b.period_id <> p.id), 0.00) AS opening,
      coalesce(sum(b.debit) FILTER (WHERE b.period_id = p.id), 0.00) AS debit,
      coalesce(sum(b.credit) FILTER (WHERE b.period_id = p.id), 0.00) AS credit,
      coalesce(sum(b.entries) FILTER (WHERE b.period_id = p.id), 0)::bigint AS entries
    FROM period_balance b JOIN accounting_period q ON q.id = b.period_id AND q.start_date <= p.start_date
    GROUP BY b.account_id, b.fund_id) m
  JOIN account a ON a.id = m.account_id
  JOIN fund f ON f.id = m.fund_id
  WHERE p.id = p_period
  ORDER BY a.code, f.position;
$$;
COMMENT ON FUNCTION ledger.trial_balance(int) IS 'Opening, movement and closing of a period by account and fund.';
