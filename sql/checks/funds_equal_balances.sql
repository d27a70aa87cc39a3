-- title: A fund's balances don't balance, or count other entries than the fund's totals
-- severity: error
-- An entry is in one fund total and in the balances of two accounts of the same fund.
WITH totals AS (
  SELECT t.period_id, t.fund_id, sum(t.entries) AS entries FROM fund_total t GROUP BY t.period_id, t.fund_id),
moved AS (
  SELECT b.period_id, b.fund_id, sum(b.debit) AS debit, sum(b.credit) AS credit, sum(b.entries) AS sides
  FROM period_balance b GROUP BY b.period_id, b.fund_id)
SELECT 'funds' AS rule, coalesce(m.sides, 0) / 2 - coalesce(t.entries, 0) AS count,
  coalesce(m.debit - m.credit, 0) AS amount,
  format('period %s, fund %s: debits %s, credits %s, %s sides of %s entries', p.code, f.code, m.debit, m.credit,
    m.sides, t.entries) AS detail
FROM totals t FULL JOIN moved m USING (period_id, fund_id)
JOIN accounting_period p ON p.id = period_id JOIN fund f ON f.id = fund_id
WHERE 2 * t.entries IS DISTINCT FROM m.sides OR m.debit IS DISTINCT FROM m.credit
