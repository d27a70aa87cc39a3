-- ledger.journal_bounds: the first and last number of what is posted, of one batch or (p_batch_id null) of all.
-- Read from the leaves' bounds in the catalog, so it costs the same over any number of entries.
-- known: whether there is such a batch; one that hasn't committed has no bounds. Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION ledger.journal_bounds(p_batch_id text)
RETURNS TABLE (known boolean, first_entry bigint, last_entry bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT p_batch_id IS NULL OR EXISTS (SELECT FROM month_end_batch b WHERE b.batch_id = p_batch_id),
    min(l.bound[1]::bigint), max(l.bound[2]::bigint) - 1
  FROM (
    SELECT regexp_match(pg_get_expr(c.relpartbound, c.oid), '\(''?(\d+)''?\) TO \(''?(\d+)''?\)') AS bound
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'journal_entry'::regclass AND (p_batch_id IS NULL OR c.relname LIKE
      'journal\_entry\_b' || (SELECT b.id FROM month_end_batch b WHERE b.batch_id = p_batch_id) || '\_%')) l;
$$;
COMMENT ON FUNCTION ledger.journal_bounds(text) IS 'First and last entry number of a batch or of the journal.';
