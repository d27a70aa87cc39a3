-- ledger.import_columns: what a file for a source has to contain: the columns of its table save the key it numbers itself.
-- kind: key (upstream's id), text, date, total (the amount), amount (a fund's share). fund: its code, when it is active.
-- Locks: nothing. Raises: TU205 when the source is no table or has a column of a type that files can't carry.
CREATE OR REPLACE FUNCTION ledger.import_columns(p_source int)
RETURNS TABLE (name text, kind text, required boolean, fund text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  source transaction_source;
  relation pg_class;
  wrong text;
BEGIN
  SELECT * INTO source FROM transaction_source s WHERE s.id = p_source;
  SELECT * INTO relation FROM pg_class c WHERE c.oid = to_regclass(quote_ident(source.relation));
  SELECT format('column %s of type %s', a.attname, format_type(a.atttypid, a.atttypmod)) INTO wrong FROM pg_attribute a
    WHERE a.attrelid = relation.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> source.key_column
      AND a.atttypid NOT IN ('text'::regtype, 'date'::regtype, 'numeric'::regtype) LIMIT 1;
  IF relation.relkind IS DISTINCT FROM 'r' OR wrong IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'TU205',
      MESSAGE = format('Files can''t be imported into %s: %s. Load it upstream.', source.relation,
        coalesce('it has the ' || wrong, 'it is not a plain table')),
      DETAIL = jsonb_build_object('source', source.code, 'relation', source.relation)::text;
  END IF;
  RETURN QUERY
    SELECT a.attname::text,
      CASE WHEN a.attname = source.reference_column THEN 'key' WHEN a.attname = source.amount_column THEN 'total'
        WHEN a.atttypid = 'numeric'::regtype THEN 'amount' ELSE a.atttypid::regtype::text END,
      a.attnotnull, f.code
    FROM pg_attribute a
    LEFT JOIN LATERAL jsonb_array_elements(source.fund_columns) AS pair ON pair ->> 1 = a.attname
    LEFT JOIN fund f ON f.code = pair ->> 0 AND f.active
    WHERE a.attrelid = relation.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> source.key_column
    ORDER BY a.attnum;
END $$;
COMMENT ON FUNCTION ledger.import_columns(int) IS 'The columns that a file for a source has to contain.';
