-- monthend.block_select: the SELECT that gives the journal entries of one block, in entry order. Entries are numbered
-- fund by fund inside a block: each fund is one arm of a UNION ALL whose rows come out of the key's index in order,
-- so nothing is sorted and the leaf fills in entry order. Where a block has no hole the number is plain arithmetic on
-- the key; otherwise the row's place among those of its fund.
CREATE OR REPLACE FUNCTION monthend.block_select(p_batch month_end_batch, p_input month_end_input,
  p_block month_end_block)
RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  source transaction_source;
  period accounting_period;
  dense boolean := p_block.transactions = p_block.last_key - p_block.first_key + 1;
  condition text := p_input.condition;
  next_entry bigint := p_block.first_entry;
  arms text[];
  arm text;
BEGIN
  SELECT * INTO STRICT source FROM transaction_source s WHERE s.id = p_block.source_id;
  SELECT * INTO STRICT period FROM accounting_period p WHERE p.id = p_batch.period_id;
  IF NOT dense THEN
    condition := condition || monthend.unposted_condition(period.id, source, p_block.first_key, p_block.last_key);
  END IF;
  FOR place IN 1 .. cardinality(p_block.fund_entries) LOOP
    CONTINUE WHEN p_block.fund_entries[place] = 0;
    arm := format('SELECT %s, t.%I, t.%I, %s, %s::smallint, %s::smallint, %s, %s, t.%I FROM %s t '
        'WHERE t.%2$I BETWEEN %11$s AND %12$s',
      CASE WHEN dense AND p_block.fund_entries[place] = p_block.transactions
        THEN format('%s + (t.%I - %s)', next_entry, source.key_column, p_block.first_key)
        ELSE format('%s + row_number() OVER (ORDER BY t.%I)', next_entry - 1, source.key_column) END,
      source.key_column, source.date_column, p_batch.id, source.id, p_input.fund_ids[place],
      monthend.account_expression(p_batch.rules, source, period, p_input.fund_ids[place], 'debit'),
      monthend.account_expression(p_batch.rules, source, period, p_input.fund_ids[place], 'credit'),
      p_input.fund_columns[place], to_regclass(source.relation), p_block.first_key, p_block.last_key);
    IF NOT dense THEN
      arm := arm || ' AND ' || condition;
    END IF;
    IF p_block.fund_entries[place] < p_block.transactions THEN
      arm := arm || format(' AND t.%I > 0', p_input.fund_columns[place]);
    END IF;
    arms := arms || arm;
    next_entry := next_entry + p_block.fund_entries[place];
  END LOOP;
  RETURN array_to_string(arms, ' UNION ALL ');
END $$;
COMMENT ON FUNCTION monthend.block_select(month_end_batch, month_end_input, month_end_block)
  IS 'The SELECT that gives the journal entries of one block.';
