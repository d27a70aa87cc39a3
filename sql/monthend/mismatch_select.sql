-- monthend.mismatch_select: the SELECT that finds the entries of one range whose source row is gone or says something
-- else: another amount for the fund, another date, or accounts that the batch's frozen rules do not give.
CREATE OR REPLACE FUNCTION monthend.mismatch_select(
  p_batch month_end_batch, p_range month_end_range, p_input month_end_input)
RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  source transaction_source;
  period accounting_period;
  amounts text;
  debits text;
  credits text;
  first_key bigint;
  last_key bigint;
BEGIN
  SELECT * INTO STRICT source FROM transaction_source s WHERE s.id = p_input.source_id;
  SELECT * INTO STRICT period FROM accounting_period p WHERE p.id = p_batch.period_id;
  SELECT min(b.first_key), max(b.last_key) INTO first_key, last_key FROM month_end_block b
    WHERE b.batch_id = p_batch.id AND b.range_number = p_range.number AND b.source_id = source.id;
  SELECT string_agg(format('WHEN %s THEN t.%I', f.fund, f.col), ' '),
      string_agg(format('WHEN %s THEN %s', f.fund,
        monthend.account_expression(p_batch.rules, source, period, f.fund, 'debit')), ' '),
      string_agg(format('WHEN %s THEN %s', f.fund,
        monthend.account_expression(p_batch.rules, source, period, f.fund, 'credit')), ' ')
    INTO amounts, debits, credits FROM unnest(p_input.fund_ids, p_input.fund_columns) f(fund, col);
  RETURN format($sql$
    SELECT 'source_mismatch', %1$s, e.entry_number, e.source_id,
      format('Entry %%s: %%s, fund %%s has %%s in the journal and %%s at its source%%s%%s.', e.entry_number,
        coalesce(%2$L || ' ' || t.%3$I, 'source row ' || e.source_id || ' is gone'), f.code, e.amount,
        coalesce((CASE e.fund_id %4$s END)::text, 'nothing'),
        CASE WHEN t.%12$I <> e.posting_date THEN format('; dated %%s and %%s', e.posting_date, t.%12$I) END,
        CASE WHEN ((CASE e.fund_id %13$s END), (CASE e.fund_id %14$s END))
            IS DISTINCT FROM (e.debit_account_id, e.credit_account_id)
          THEN '; its accounts are not those of the batch''s rules' END)
    FROM journal_entry e
    LEFT JOIN %5$s t ON t.%6$I = e.source_id AND t.%6$I BETWEEN %7$s AND %8$s
    LEFT JOIN fund f ON f.id = e.fund_id
    WHERE e.entry_number BETWEEN %9$s AND %10$s AND e.source_type = %11$s
      AND ((CASE e.fund_id %4$s END) IS DISTINCT FROM e.amount OR t.%12$I IS DISTINCT FROM e.posting_date
        OR (CASE e.fund_id %13$s END) IS DISTINCT FROM e.debit_account_id
        OR (CASE e.fund_id %14$s END) IS DISTINCT FROM e.credit_account_id) LIMIT 100$sql$,
    p_range.number, source.code, source.reference_column, amounts, to_regclass(source.relation), source.key_column,
    first_key, last_key, p_range.first_entry, p_range.last_entry, source.id, source.date_column, debits, credits);
END $$;
COMMENT ON FUNCTION monthend.mismatch_select(month_end_batch, month_end_range, month_end_input)
  IS 'The SELECT that finds entries of a range that do not match their source.';
