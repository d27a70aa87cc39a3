-- title: A fund's total differs from what the batches of its period posted
-- severity: error
-- A reversal takes its amounts away and adds its entries.
WITH posted AS (
  SELECT b.period_id, t.source_id AS source_type, t.fund_id, sum(t.entries) AS entries,
    sum(CASE WHEN b.reverses_id IS NULL THEN t.amount ELSE -t.amount END) AS amount
  FROM month_end_batch b JOIN month_end_posted_total t ON t.batch_id = b.id
  WHERE b.status IN ('COMMITTED', 'REVERSED') GROUP BY b.period_id, t.source_id, t.fund_id)
SELECT 'fund_total' AS rule, 1::bigint AS count, coalesce(h.amount, 0) - coalesce(p.amount, 0) AS amount,
  format('period %s, source %s, fund %s: the total says %s in %s entries, the batches posted %s in %s',
    (SELECT x.code FROM accounting_period x WHERE x.id = period_id),
    (SELECT s.code FROM transaction_source s WHERE s.id = source_type),
    (SELECT f.code FROM fund f WHERE f.id = fund_id), h.amount, h.entries, p.amount, p.entries) AS detail
FROM fund_total h FULL JOIN posted p USING (period_id, source_type, fund_id)
WHERE h.amount IS DISTINCT FROM p.amount OR h.entries IS DISTINCT FROM p.entries
