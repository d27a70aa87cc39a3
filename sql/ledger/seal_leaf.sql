-- ledger.seal_leaf: a loaded leaf can no longer be emptied. To be called before the leaf is attached.
-- Locks: the leaf (SHARE ROW EXCLUSIVE) until the end of the transaction. Raises: nothing of its own.
CREATE OR REPLACE FUNCTION ledger.seal_leaf(p_leaf regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  EXECUTE format('CREATE OR REPLACE TRIGGER journal_entry_no_truncate BEFORE TRUNCATE ON %s
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_journal_truncate()', p_leaf);
END $$;
COMMENT ON FUNCTION ledger.seal_leaf(regclass) IS 'Refuse TRUNCATE of a leaf that is about to be attached.';
