-- title: A leaf of the journal can be changed
-- severity: error
-- Each attached leaf refuses INSERT, UPDATE, DELETE and TRUNCATE by three triggers that are switched on.
SELECT 'sealed' AS rule, 3 - count(t.oid) AS count, NULL::numeric AS amount,
  format('%s lacks %s of the triggers that refuse changes', c.relname, 3 - count(t.oid)) AS detail
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgenabled IN ('O', 'A')
  AND t.tgname IN ('journal_entry_append_only', 'journal_entry_no_raw_insert', 'journal_entry_no_truncate')
WHERE i.inhparent = 'public.journal_entry'::regclass
GROUP BY c.relname HAVING count(t.oid) < 3
