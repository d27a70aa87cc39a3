-- title: A transaction stands posted in two batches
-- severity: error
-- Blocks of one source that share keys are where this could happen; only those are read.
WITH standing AS (
  SELECT b.* FROM month_end_block b JOIN month_end_batch m ON m.id = b.batch_id
  WHERE m.status = 'COMMITTED' AND m.reverses_id IS NULL)
SELECT 'posted_twice' AS rule, count(*) AS count, NULL::numeric AS amount,
  format('row %s of source %s is in batches %s and %s', min(one.source_id), a.source_id, a.batch_id, b.batch_id) AS detail
FROM standing a
JOIN standing b ON b.source_id = a.source_id AND b.batch_id > a.batch_id
  AND b.first_key <= a.last_key AND b.last_key >= a.first_key
CROSS JOIN LATERAL (
  SELECT e.source_id FROM journal_entry e WHERE e.entry_number BETWEEN a.first_entry AND a.first_entry + a.entries - 1
  INTERSECT
  SELECT e.source_id FROM journal_entry e WHERE e.entry_number BETWEEN b.first_entry AND b.first_entry + b.entries - 1) one
GROUP BY a.source_id, a.batch_id, b.batch_id
