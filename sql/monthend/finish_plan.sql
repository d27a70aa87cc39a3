-- monthend.finish_plan: the planned figures become the batch's, and it is READY. Says so when they differ from the
-- count, which happens when rows came in between.
CREATE OR REPLACE FUNCTION monthend.finish_plan(p_batch month_end_batch) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  planned record;
  amount numeric;
BEGIN
  SELECT coalesce(sum(r.transactions), 0)::bigint AS transactions, coalesce(sum(r.entries), 0)::bigint AS entries,
      min(r.first_entry) AS first_entry, max(r.last_entry) AS last_entry, count(*) AS ranges,
      count(DISTINCT r.leaf_number) AS leaves
    INTO planned FROM month_end_range r WHERE r.batch_id = p_batch.id;
  SELECT coalesce(sum(x), 0) INTO amount FROM month_end_block b, unnest(b.fund_amounts) x WHERE b.batch_id = p_batch.id;
  UPDATE month_end_batch m SET status = 'READY', expected_transactions = planned.transactions,
      expected_entries = planned.entries, expected_amount = amount,
      first_entry = planned.first_entry, last_entry = planned.last_entry
    WHERE m.id = p_batch.id;
  PERFORM monthend.log_event(p_batch.id, 'planned', format('%s transactions, %s entries in %s ranges and %s leaves.%s',
    planned.transactions, planned.entries, planned.ranges, planned.leaves,
    CASE WHEN planned.transactions <> p_batch.expected_transactions
      THEN format(' The count at initiation was %s; the source changed in between.', p_batch.expected_transactions)
      ELSE '' END));
END $$;
COMMENT ON FUNCTION monthend.finish_plan(month_end_batch) IS 'The planned figures become the batch''s.';
