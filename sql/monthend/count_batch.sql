-- monthend.count_batch: count what a new batch is to post and store it as its inputs and expected figures.
-- Locks: the batch's row. Called once, at initiation; a failed batch that resumes without a plan calls it again.
CREATE OR REPLACE FUNCTION monthend.count_batch(p_batch int) RETURNS TABLE (transactions bigint, entries bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  batch month_end_batch;
  period accounting_period;
BEGIN
  SELECT * INTO STRICT batch FROM month_end_batch m WHERE m.id = p_batch FOR UPDATE;
  SELECT * INTO STRICT period FROM accounting_period p WHERE p.id = batch.period_id;
  DELETE FROM month_end_input i WHERE i.batch_id = p_batch;
  INSERT INTO month_end_input (batch_id, source_id, transactions, entries, unbalanced, first_key, last_key,
      fund_entries, fund_ids, fund_columns)
    SELECT p_batch, s.id, c.transactions, (SELECT coalesce(sum(n), 0) FROM unnest(c.fund_entries) n), c.unbalanced,
      c.first_key, c.last_key, c.fund_entries, f.ids, f.columns
    FROM transaction_source s
    CROSS JOIN LATERAL monthend.count_source(s, period) c
    CROSS JOIN LATERAL (
      SELECT array_agg(fund.id ORDER BY x.place) ids, array_agg(x.pair ->> 1 ORDER BY x.place) columns
      FROM jsonb_array_elements(s.fund_columns) WITH ORDINALITY x(pair, place)
      JOIN fund ON fund.code = x.pair ->> 0) f
    WHERE s.active AND batch.batch_type IN ('COMBINED', s.batch_type);
  RETURN QUERY UPDATE month_end_batch m
    SET expected_transactions = i.transactions, expected_entries = i.entries
    FROM (SELECT coalesce(sum(x.transactions), 0)::bigint AS transactions,
        coalesce(sum(x.entries), 0)::bigint AS entries
      FROM month_end_input x WHERE x.batch_id = p_batch) i
    WHERE m.id = p_batch RETURNING i.transactions, i.entries;
END $$;
COMMENT ON FUNCTION monthend.count_batch(int) IS 'Count what a new batch is to post and store it as its inputs.';
