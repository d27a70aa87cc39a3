-- monthend.allocations_proved: does a validated CHECK of the relation already prove that the funds add up to the
-- amount? Then no batch needs to add up ten million rows again.
CREATE OR REPLACE FUNCTION monthend.allocations_proved(p_source transaction_source)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  WITH funds AS (
    SELECT string_agg(f.pair ->> 1, '+' ORDER BY f.place) AS total
    FROM jsonb_array_elements(p_source.fund_columns) WITH ORDINALITY f(pair, place))
  SELECT EXISTS (
    SELECT FROM pg_constraint c, funds
    WHERE c.conrelid = to_regclass(p_source.relation) AND c.contype = 'c' AND c.convalidated
      AND translate(pg_get_constraintdef(c.oid), '() "', '') IN (
        'CHECK' || funds.total || '=' || p_source.amount_column,
        'CHECK' || p_source.amount_column || '=' || funds.total));
$$;
COMMENT ON FUNCTION monthend.allocations_proved(transaction_source)
  IS 'Does a validated CHECK prove that the funds add up to the amount?';
