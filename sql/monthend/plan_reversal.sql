-- monthend.plan_reversal: the blocks of a reversal mirror those of the batch it reverses; their keys are entry numbers.
CREATE OR REPLACE FUNCTION monthend.plan_reversal(p_batch month_end_batch) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  INSERT INTO month_end_block (batch_id, number, range_number, source_id, first_key, last_key, transactions, entries,
      first_entry, fund_entries, fund_amounts, fund_digests)
    SELECT p_batch.id, b.number, 0, b.source_id, b.first_entry, b.first_entry + b.entries - 1, b.transactions,
      b.entries,
      0, b.fund_entries, b.fund_amounts, b.fund_digests
    FROM month_end_block b WHERE b.batch_id = p_batch.reverses_id;
  INSERT INTO month_end_input (batch_id, source_id, transactions, entries, fund_ids, fund_columns, fund_entries)
    SELECT p_batch.id, i.source_id, i.transactions, i.entries, i.fund_ids, i.fund_columns, i.fund_entries
    FROM month_end_input i WHERE i.batch_id = p_batch.reverses_id
  ON CONFLICT DO NOTHING;
$$;
COMMENT ON FUNCTION monthend.plan_reversal(month_end_batch) IS 'Plan a reversal from the blocks of what it reverses.';
