-- monthend.plan_source: cut one input into about p_blocks blocks. Small inputs are cut exactly; large ones by width
-- of key, and a block that got more than twice its share (keys in clusters) is cut again, exactly.
CREATE OR REPLACE FUNCTION monthend.plan_source(
  p_source transaction_source, p_input month_end_input, p_condition text, p_blocks bigint)
RETURNS TABLE (first_key bigint, last_key bigint, transactions bigint,
  fund_entries bigint[], fund_amounts numeric[], fund_digests bigint[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  exact constant boolean := p_input.transactions <= 200000;  -- rows whose sort costs less than a tenth of a second
  share bigint := greatest((p_input.transactions + p_blocks - 1) / p_blocks, 1);
BEGIN
  RETURN QUERY
  WITH cut AS MATERIALIZED (
    SELECT b.* FROM monthend.plan_blocks(p_source, p_input, p_condition, p_input.first_key, p_input.last_key,
      p_blocks, exact) b)
  SELECT c.* FROM cut c WHERE exact OR c.transactions <= 2 * share
  UNION ALL
  SELECT again.* FROM cut c
  CROSS JOIN LATERAL monthend.plan_blocks(p_source, p_input, p_condition, c.first_key, c.last_key,
    (c.transactions + share - 1) / share, true) again
  WHERE NOT exact AND c.transactions > 2 * share;
END $$;
COMMENT ON FUNCTION monthend.plan_source(transaction_source, month_end_input, text, bigint)
  IS 'Cut one input of a batch into blocks.';
