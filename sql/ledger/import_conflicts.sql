-- ledger.import_conflicts: staged lines whose id the source's table has with other content, and in which columns.
-- To be called after ledger.merge_import_stage, when it added fewer rows than were staged.
-- Locks: nothing. Raises: nothing of its own.
CREATE OR REPLACE FUNCTION ledger.import_conflicts(p_source int)
RETURNS TABLE (line_number bigint, column_name text, reason text)
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
DECLARE
  source transaction_source;
  named text;
  differs text;
BEGIN
  SELECT * INTO source FROM transaction_source s WHERE s.id = p_source;
  SELECT string_agg(format('CASE WHEN t.%1$I IS DISTINCT FROM %2$s THEN %1$L END', c.name, c.typed), ', '),
    string_agg(format('t.%I IS DISTINCT FROM %s', c.name, c.typed), ' OR ') FILTER (WHERE c.kind <> 'key')
    INTO named, differs
    FROM (SELECT i.name, i.kind, ledger.typed_column('s', i.name, i.kind) AS typed
          FROM ledger.import_columns(p_source) i) c;
  -- most lines are equal: only of the others the columns are named
  RETURN QUERY EXECUTE format($f$
    SELECT s.line_number, %1$L, 'is here already with another ' || concat_ws(', ', %2$s)
    FROM import_stage s JOIN %3$I t ON t.%4$I = s.%4$I WHERE %5$s ORDER BY s.line_number$f$,
    source.reference_column, named, source.relation, source.reference_column, differs);
END $$;
COMMENT ON FUNCTION ledger.import_conflicts(int) IS 'Staged lines whose id is known with other content.';
