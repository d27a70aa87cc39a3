-- monthend.count_source: one pass over a source: how many rows and entries a batch of the period would post.
-- Fund arrays follow the source's fund_columns. Reads in parallel; writes nothing.
CREATE OR REPLACE FUNCTION monthend.count_source(p_source transaction_source, p_period accounting_period)
RETURNS TABLE (transactions bigint, first_key bigint, last_key bigint, unbalanced bigint, fund_entries bigint[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public SET max_parallel_workers_per_gather = 4 SET parallel_setup_cost = 100 AS $$
DECLARE
  filled text;
  added text;
  wrong text := '0::bigint';
BEGIN
  SELECT string_agg(format('count(*) FILTER (WHERE t.%I > 0)', f.pair ->> 1), ', ' ORDER BY f.place),
      string_agg(format('t.%I', f.pair ->> 1), ' + ' ORDER BY f.place)
    INTO filled, added FROM jsonb_array_elements(p_source.fund_columns) WITH ORDINALITY f(pair, place);
  IF NOT monthend.allocations_proved(p_source) THEN
    wrong := format('count(*) FILTER (WHERE (%s) IS DISTINCT FROM t.%I)', added, p_source.amount_column);
  END IF;
  RETURN QUERY EXECUTE format('SELECT count(*), min(t.%I), max(t.%1$I), %s, ARRAY[%s] FROM %s t WHERE %s%s',
    p_source.key_column, wrong, filled, to_regclass(p_source.relation),
    monthend.source_condition(p_source, p_period, NULL),
    monthend.unposted_condition(p_period.id, p_source, 0, 9223372036854775807));
END $$;
COMMENT ON FUNCTION monthend.count_source(transaction_source, accounting_period)
  IS 'How many rows and entries of a source a batch of the period would post.';
