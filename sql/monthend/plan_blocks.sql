-- monthend.plan_blocks: cut the rows of one input between two keys into about p_blocks spans of keys, in one pass.
-- p_exact numbers the rows (a sort; spans hold equal counts); otherwise keys are cut by width, which reads in
-- parallel and is as even where keys are dense. Each span carries its count and, by fund, its entries, amount and
-- digest. The digest is an XOR over hash(amount seeded by key): order-free, so both sides of a proof can build it in
-- any order.
CREATE OR REPLACE FUNCTION monthend.plan_blocks(
  p_source transaction_source, p_input month_end_input, p_condition text,
  p_first bigint, p_last bigint, p_blocks bigint, p_exact boolean)
RETURNS TABLE (first_key bigint, last_key bigint, transactions bigint,
  fund_entries bigint[], fund_amounts numeric[], fund_digests bigint[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public
SET max_parallel_workers_per_gather = 4 SET parallel_setup_cost = 100 SET work_mem = '64MB' AS $$
DECLARE
  every_fund_filled boolean := p_input.transactions = ALL (p_input.fund_entries);
  counts text;
  amounts text;
  digests text;
  place text;
BEGIN
  -- A FILTER costs a tenth of the pass; the count has already shown whether an allocation can be empty.
  SELECT string_agg(format('count(*)%s', o.only), ', ' ORDER BY f.place),
      string_agg(format('coalesce(sum(t.%I)%s, 0)', f.name, o.only), ', ' ORDER BY f.place),
      string_agg(format('coalesce(bit_xor(hash_numeric_extended(t.%I, t.%I))%s, 0)',
        f.name, p_source.key_column, o.only), ', ' ORDER BY f.place)
    INTO counts, amounts, digests
    FROM unnest(p_input.fund_columns) WITH ORDINALITY f(name, place)
    CROSS JOIN LATERAL (
      SELECT CASE WHEN every_fund_filled THEN '' ELSE format(' FILTER (WHERE t.%I > 0)', f.name) END AS only) o;
  IF p_exact THEN
    place := format('(row_number() OVER (ORDER BY t.%I) - 1) * %s / greatest(count(*) OVER (), 1)',
      p_source.key_column, p_blocks);
    RETURN QUERY EXECUTE format(
      'SELECT min(t.%1$I), max(t.%1$I), count(*), ARRAY[%2$s], ARRAY[%3$s], ARRAY[%4$s]
       FROM (SELECT t.*, %5$s AS place FROM %6$s t WHERE %7$s AND t.%1$I BETWEEN %8$s AND %9$s) t GROUP BY t.place',
      p_source.key_column, counts, amounts, digests, place, to_regclass(p_source.relation), p_condition,
      p_first, p_last);
  ELSE
    place := format('(t.%I - %s) / %s', p_source.key_column, p_first,
      greatest((p_last - p_first + 1 + p_blocks - 1) / p_blocks, 1));
    RETURN QUERY EXECUTE format(
      'SELECT min(t.%1$I), max(t.%1$I), count(*), ARRAY[%2$s], ARRAY[%3$s], ARRAY[%4$s]
       FROM %6$s t WHERE %7$s AND t.%1$I >= %8$s GROUP BY %5$s',
      p_source.key_column, counts, amounts, digests, place, to_regclass(p_source.relation), p_condition, p_first);
  END IF;
END $$;
COMMENT ON FUNCTION monthend.plan_blocks(transaction_source, month_end_input, text, bigint, bigint, bigint, boolean)
  IS 'Cut the rows of one input between two keys into spans of keys with their totals.';
