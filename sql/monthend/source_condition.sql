-- monthend.source_condition: the WHERE clause, on alias t, that says which rows of a source a batch of a period takes.
-- Postable status, date inside the period, something to post, not beyond the frozen key, and not in a span of keys that
-- an earlier batch of the period posted without a hole. Spans with holes are left to monthend.posted_keys.
CREATE OR REPLACE FUNCTION monthend.source_condition(
  p_source transaction_source, p_period accounting_period, p_last_key bigint)
RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  condition text;
  dense int8multirange;
BEGIN
  condition := format('t.%I BETWEEN %L::date AND %L::date AND t.%I = ANY (%L::text[]) AND t.%I > 0',
    p_source.date_column, p_period.start_date, p_period.end_date,
    p_source.status_column, p_source.postable_statuses, p_source.amount_column);
  IF p_last_key IS NOT NULL THEN
    condition := condition || format(' AND t.%I <= %s', p_source.key_column, p_last_key);
  END IF;
  SELECT range_agg(int8range(b.first_key, b.last_key, '[]')) INTO dense
    FROM monthend.posted_blocks(p_period.id, p_source.id) b
    WHERE b.transactions = b.last_key - b.first_key + 1;
  IF dense IS NOT NULL THEN
    condition := condition || format(' AND NOT t.%I <@ %L::int8multirange', p_source.key_column, dense);
  END IF;
  RETURN condition;
END $$;
COMMENT ON FUNCTION monthend.source_condition(transaction_source, accounting_period, bigint)
  IS 'Which rows of a source a batch of a period takes, as a WHERE clause on alias t.';
