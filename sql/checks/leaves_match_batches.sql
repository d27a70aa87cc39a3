-- title: A leaf of the journal belongs to no committed batch, or a committed batch lacks one
-- severity: error
WITH attached AS (
  SELECT c.relname AS table_name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'public.journal_entry'::regclass),
expected AS (
  SELECT l.table_name FROM month_end_leaf l JOIN month_end_batch b ON b.id = l.batch_id
  WHERE b.status IN ('COMMITTED', 'REVERSED'))
SELECT 'leaf' AS rule, 1::bigint AS count, NULL::numeric AS amount,
  format('%s is %s', table_name, CASE WHEN e.table_name IS NULL THEN 'attached by nobody' ELSE 'not attached' END) AS detail
FROM attached a FULL JOIN expected e USING (table_name)
WHERE a.table_name IS NULL OR e.table_name IS NULL
