-- ledger.reserve_generated: keys and numbers for p_count generated rows of a source, after all that are there.
-- Locks: the source's table (SHARE) until the end of the transaction, so that nobody takes a key in between.
-- Raises: nothing of its own.
CREATE OR REPLACE FUNCTION ledger.reserve_generated(p_source int, p_prefix text, p_count bigint)
RETURNS TABLE (first_id bigint, first_number bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  source transaction_source;
  keys regclass;
BEGIN
  SELECT * INTO source FROM transaction_source s WHERE s.id = p_source;
  keys := pg_get_serial_sequence(source.relation, source.key_column);
  EXECUTE format('LOCK TABLE %I IN SHARE MODE', source.relation);
  EXECUTE format('SELECT coalesce(max(substr(t.%1$I, %2$s)::bigint), 0) + 1 FROM %3$I t
      WHERE t.%1$I = (SELECT max(u.%1$I) FROM %3$I u WHERE u.%1$I >= %4$L AND u.%1$I < %4$L || ''~'')',
    source.reference_column, length(p_prefix) + 1, source.relation, p_prefix) INTO first_number;
  first_id := nextval(keys);
  PERFORM setval(keys, first_id + p_count - 1);
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION ledger.reserve_generated(int, text, bigint) IS 'Keys and numbers for generated rows.';
