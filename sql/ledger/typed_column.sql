-- ledger.typed_column: a staged text column as the type of its table; an empty field is NULL.
CREATE OR REPLACE FUNCTION ledger.typed_column(p_alias text, p_name text, p_kind text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
  SELECT CASE p_kind
    WHEN 'date' THEN format($f$nullif(%I.%I, '')::date$f$, p_alias, p_name)
    WHEN 'amount' THEN format('%I.%I::numeric(15, 2)', p_alias, p_name)
    WHEN 'total' THEN format('%I.%I::numeric(15, 2)', p_alias, p_name)
    ELSE format($f$nullif(%I.%I, '')$f$, p_alias, p_name)
  END;
$$;
COMMENT ON FUNCTION ledger.typed_column(text, text, text) IS 'A staged text column as the type of its table.';
