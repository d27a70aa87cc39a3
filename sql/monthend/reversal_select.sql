-- monthend.reversal_select: the SELECT that gives the mirrored entries of one block of a reversal: sides exchanged,
-- the same source and amount, the reversal's own numbers and date. The block's keys are the original's entry numbers.
CREATE OR REPLACE FUNCTION monthend.reversal_select(p_batch month_end_batch, p_block month_end_block)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT format('SELECT %s + (e.entry_number - %s), e.source_id, %L::date, %s, e.source_type, e.fund_id,
      e.credit_account_id, e.debit_account_id, e.amount
    FROM journal_entry e WHERE e.entry_number BETWEEN %2$s AND %5$s ORDER BY e.entry_number',
    p_block.first_entry, p_block.first_key,
    least(p.end_date, greatest(p.start_date, (p_batch.initiated_at AT TIME ZONE 'UTC')::date)),
    p_batch.id, p_block.last_key)
  FROM accounting_period p WHERE p.id = p_batch.period_id;
$$;
COMMENT ON FUNCTION monthend.reversal_select(month_end_batch, month_end_block)
  IS 'The SELECT that gives the mirrored entries of one block of a reversal.';
