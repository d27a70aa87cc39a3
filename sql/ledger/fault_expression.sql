-- ledger.fault_expression: the expression, on alias s, that gives {column, reason} for a staged line at fault, else NULL.
-- The order matters: amounts are added only after each has been found well-formed.
CREATE OR REPLACE FUNCTION ledger.fault_expression(p_source int) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  branches text;
  total text;
  shares text;
BEGIN
  SELECT string_agg(ledger.fault_condition(c.name, replace(c.kind, 'total', 'amount'), c.required), ''),
    max(c.name) FILTER (WHERE c.kind = 'total'),
    string_agg(format('s.%I::numeric', c.name), ' + ') FILTER (WHERE c.kind = 'amount')
    INTO branches, total, shares FROM ledger.import_columns(p_source) c;
  branches := branches || coalesce((
    SELECT string_agg(format($f$ WHEN s.%1$I::numeric <> 0 THEN ARRAY[%1$L, 'belongs to no active fund']$f$, c.name), '')
    FROM ledger.import_columns(p_source) c WHERE c.kind = 'amount' AND c.fund IS NULL), '');
  IF EXISTS (SELECT FROM ledger.import_columns(p_source) c WHERE c.name = 'claim_type') THEN
    branches := branches || format($f$ WHEN s.claim_type <> ALL (%L::text[]) THEN
      ARRAY['claim_type', 'is no active claim type']$f$,
      (SELECT coalesce(array_agg(t.code), '{}') FROM claim_type t WHERE t.active));
  END IF;
  RETURN format($f$CASE %1$s WHEN s.%2$I::numeric <> %3$s
    THEN ARRAY[%2$L, format('is %%s, but the funds add up to %%s', s.%2$I, %3$s)] END$f$, branches, total, shares);
END $$;
COMMENT ON FUNCTION ledger.fault_expression(int) IS 'The expression that finds what is wrong with a staged line.';
