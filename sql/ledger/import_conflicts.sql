-- ledger.import_conflicts: staged lines whose id the source's table has with other content, and in which columns.
-- To be called after ledger.merge_import_stage, when it added fewer rows than were staged.
-- Locks: nothing. Raises: nothing of its own.
CREATE OR REPLACE FUNCTION ledger.import_conflicts(p_source int)
RETURNS TABLE (line_number bigint, column_name text, reason text)
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  source transaction_source;
  differences text;
BEGIN
  SELECT * INTO source FROM transaction_source s WHERE s.id = p_source;
  SELECT string_agg(format('CASE WHEN t.%1$I IS DISTINCT FROM %2$s THEN %1$L END', c.name,
      ledger.typed_column('s', c.name, c.kind)), ', ')
    INTO differences FROM ledger.import_columns(p_source) c;
  RETURN QUERY EXECUTE format($f$
    SELECT q.line_number, %1$L, 'is here already with another ' || q.differing FROM (
      SELECT s.line_number, concat_ws(', ', %2$s) AS differing
      FROM import_stage s JOIN %3$I t ON t.%4$I = s.%4$I) q
    WHERE q.differing <> '' ORDER BY q.line_number$f$,
    source.reference_column, differences, source.relation, source.reference_column);
END $$;
COMMENT ON FUNCTION ledger.import_conflicts(int) IS 'Staged lines whose id is known with other content.';
