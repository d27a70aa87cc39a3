-- title: A balance differs from what the batches of its period posted
-- severity: error
WITH posted AS (
  SELECT b.period_id, s.account_id, s.fund_id, sum(s.debit) AS debit, sum(s.credit) AS credit
  FROM month_end_batch b
  JOIN (
    SELECT t.batch_id, t.debit_account_id AS account_id, t.fund_id, t.amount AS debit, 0 AS credit
    FROM month_end_posted_total t
    UNION ALL
    SELECT t.batch_id, t.credit_account_id, t.fund_id, 0, t.amount FROM month_end_posted_total t) s ON s.batch_id = b.id
  WHERE b.status IN ('COMMITTED', 'REVERSED') GROUP BY b.period_id, s.account_id, s.fund_id)
SELECT 'balance' AS rule, 1::bigint AS count, coalesce(h.debit, 0) - coalesce(p.debit, 0) AS amount,
  format('period %s, account %s: the balance says debit %s credit %s, the batches posted %s and %s',
    (SELECT x.code FROM accounting_period x WHERE x.id = period_id), (SELECT a.code FROM account a WHERE a.id = account_id),
    h.debit, h.credit, p.debit, p.credit) AS detail
FROM period_balance h FULL JOIN posted p USING (period_id, account_id, fund_id)
WHERE h.debit IS DISTINCT FROM p.debit OR h.credit IS DISTINCT FROM p.credit
