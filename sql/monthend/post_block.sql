-- monthend.post_block: post the next block of one range into its leaf. One call is one transaction: entries,
-- checkpoint and the worker's progress move together, so progress cannot lie. Returns how many blocks of the range
-- are left.
-- Locks: the lease, the range's row. Raises: TU001 stale claim, TU102 the source changed after the plan.
CREATE OR REPLACE FUNCTION monthend.post_block(p_batch int, p_range int, p_worker int, p_fence bigint, p_job bigint)
RETURNS int LANGUAGE plpgsql
SET search_path = pg_catalog, public SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
DECLARE
  began timestamptz := clock_timestamp();
  batch month_end_batch;
  range month_end_range;
  block month_end_block;
  posted bigint;
BEGIN
  PERFORM monthend.enter(p_batch, p_fence, p_job);
  SELECT * INTO STRICT range FROM month_end_range r WHERE r.batch_id = p_batch AND r.number = p_range FOR NO KEY UPDATE;
  IF range.next_block > range.last_block THEN
    RETURN 0;
  END IF;
  -- A crash may take blocks back, entries and checkpoint alike: the range goes on from what is left. Never the last
  -- one: its worker outlives the crash and reports the job as done.
  IF range.next_block < range.last_block THEN
    PERFORM set_config('synchronous_commit', 'off', true);
  END IF;
  SELECT * INTO STRICT batch FROM month_end_batch m WHERE m.id = p_batch;
  SELECT * INTO STRICT block FROM month_end_block b WHERE b.batch_id = p_batch AND b.number = range.next_block;
  EXECUTE format('INSERT INTO public.%I (entry_number, source_id, posting_date, batch_id, source_type, fund_id, '
      'debit_account_id, credit_account_id, amount) %s',
    (SELECT l.table_name FROM month_end_leaf l WHERE l.batch_id = p_batch AND l.number = range.leaf_number),
    monthend.entries_select(batch, block));
  GET DIAGNOSTICS posted = ROW_COUNT;
  IF posted <> block.entries THEN
    RAISE EXCEPTION USING ERRCODE = 'TU102',
      MESSAGE = format('Block %s of batch %s gives %s entries, %s were planned: the source changed after the plan. '
          'Abort the batch and close the month again.', block.number, batch.batch_id, posted, block.entries),
      DETAIL = jsonb_build_object('block', block.number, 'first_key', block.first_key, 'last_key', block.last_key,
        'planned', block.entries, 'found', posted)::text;
  END IF;
  UPDATE month_end_block b SET posted_at = clock_timestamp(),
      duration_ms = extract(epoch FROM clock_timestamp() - began) * 1000 WHERE b.id = block.id;
  UPDATE month_end_range r SET next_block = block.number + 1,
    posted_transactions = r.posted_transactions + block.transactions,
      posted_entries = r.posted_entries + block.entries WHERE r.id = range.id;
  UPDATE month_end_worker w SET records_processed = range.posted_transactions + block.transactions,
      last_checkpoint_at = clock_timestamp(),
      status = CASE WHEN block.number = range.last_block THEN 'COMPLETED' ELSE w.status END,
      completed_at = CASE WHEN block.number = range.last_block THEN clock_timestamp() END
    WHERE w.batch_id = p_batch AND w.worker_id = p_worker;
  RETURN range.last_block - block.number;
END $$;
COMMENT ON FUNCTION monthend.post_block(int, int, int, bigint, bigint)
  IS 'Post the next block of one range into its leaf.';
