-- monthend.cut_input: store one input of a batch as about p_blocks blocks. The count at initiation may have seen every
-- fund filled, which saves asking each row; rows that came since may have an empty one, then the input is cut again
-- and each row is asked.
CREATE OR REPLACE FUNCTION monthend.cut_input(
  p_batch int, p_source transaction_source, p_input month_end_input, p_condition text, p_blocks bigint)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  LOOP
    INSERT INTO month_end_block (batch_id, number, range_number, source_id, first_key, last_key, transactions, entries,
        first_entry, fund_entries, fund_amounts, fund_digests)
      SELECT p_batch, numbered.base + row_number() OVER (ORDER BY b.first_key), 0, p_source.id, b.first_key, b.last_key,
        b.transactions, (SELECT sum(n) FROM unnest(b.fund_entries) n), 0, b.fund_entries, b.fund_amounts, b.fund_digests
      FROM monthend.plan_source(p_source, p_input, p_condition, p_blocks) b
      CROSS JOIN (SELECT count(*) AS base FROM month_end_block x WHERE x.batch_id = p_batch) numbered;
    EXIT WHEN p_input.transactions <> ALL (p_input.fund_entries) OR p_input.transactions = (
      SELECT coalesce(sum(b.transactions), 0) FROM month_end_block b
      WHERE b.batch_id = p_batch AND b.source_id = p_source.id);
    DELETE FROM month_end_block b WHERE b.batch_id = p_batch AND b.source_id = p_source.id;
    p_input.fund_entries := array_fill(-1::bigint, ARRAY[cardinality(p_input.fund_ids)]);
  END LOOP;
END $$;
COMMENT ON FUNCTION monthend.cut_input(int, transaction_source, month_end_input, text, bigint)
  IS 'Store one input of a batch as blocks.';
