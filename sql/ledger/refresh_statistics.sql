-- ledger.refresh_statistics: after a bulk load, what the planner knows of a table and what its BRIN indexes leave out.
-- Locks: the table (SHARE UPDATE EXCLUSIVE) until the end of the transaction. Raises: nothing of its own.
CREATE OR REPLACE FUNCTION ledger.refresh_statistics(p_relation text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM brin_summarize_new_values(i.indexrelid) FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam AND m.amname = 'brin'
    WHERE i.indrelid = to_regclass(quote_ident(p_relation));
  EXECUTE format('ANALYZE %I', p_relation);
END $$;
COMMENT ON FUNCTION ledger.refresh_statistics(text) IS 'Statistics and BRIN summaries after a bulk load.';
