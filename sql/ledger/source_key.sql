-- ledger.source_key: the key of the row of a source that has upstream's id; NULL when there is none.
-- Locks: nothing. Raises: nothing of its own.
CREATE OR REPLACE FUNCTION ledger.source_key(p_source int, p_reference text) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  source transaction_source;
  found bigint;
BEGIN
  SELECT * INTO source FROM transaction_source s WHERE s.id = p_source;
  EXECUTE format('SELECT t.%I FROM %I t WHERE t.%I = $1 LIMIT 1', source.key_column, source.relation,
    source.reference_column) INTO found USING p_reference;
  RETURN found;
END $$;
COMMENT ON FUNCTION ledger.source_key(int, text) IS 'The key of the source row that has this id upstream.';
