-- title: Entry numbers have a gap between two batches
-- severity: error
-- Every number below the counter belongs to exactly one batch that is in the books or holds the ledger.
WITH runs AS (
  SELECT b.batch_id, b.first_entry, b.last_entry,
    coalesce(lag(b.last_entry) OVER (ORDER BY b.first_entry), 0) AS before
  FROM month_end_batch b
  WHERE b.first_entry IS NOT NULL AND (b.status IN ('COMMITTED', 'REVERSED') OR b.holds_ledger))
SELECT 'entry_numbers' AS rule, r.first_entry - r.before - 1 AS count, NULL::numeric AS amount,
  format('%s begins at %s, the number before it ends at %s', r.batch_id, r.first_entry, r.before) AS detail
FROM runs r WHERE r.first_entry <> r.before + 1
UNION ALL
SELECT 'entry_numbers', c.next_number - 1 - coalesce(max(r.last_entry), 0), NULL,
  format('the counter stands at %s, the last number used is %s', c.next_number, coalesce(max(r.last_entry), 0))
FROM entry_number_counter c LEFT JOIN runs r ON true GROUP BY c.next_number
HAVING c.next_number <> coalesce(max(r.last_entry), 0) + 1
