-- monthend.commit_batch: the one short transaction that makes a batch part of the books: attach its leaves, move the
-- balances, write the certificate, COMMITTED. All or nothing; attaching scans nothing, so its locks are held for
-- milliseconds.
-- Locks: the lease, the month-end lock, batch row, period row SHARE, journal_entry SHARE UPDATE EXCLUSIVE, balances.
-- Raises: TU001 stale claim, TU103 not VALIDATING, TU105 not proved, TU202 period not open, 55P03 a lock was not to
-- be had.
CREATE OR REPLACE FUNCTION monthend.commit_batch(p_batch int, p_fence bigint, p_job bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public SET lock_timeout = '5s' AS $$
DECLARE
  began timestamptz;
  batch month_end_batch;
  leaf month_end_leaf;
BEGIN
  PERFORM workers.hold_lease(p_fence, p_job);
  PERFORM pg_advisory_xact_lock(3, 0);
  began := clock_timestamp();
  SELECT * INTO STRICT batch FROM month_end_batch m WHERE m.id = p_batch FOR NO KEY UPDATE;
  IF batch.status <> 'VALIDATING' THEN
    RAISE EXCEPTION USING ERRCODE = 'TU103', MESSAGE = format('Batch %s is %s and cannot be committed.',
      batch.batch_id, batch.status);
  END IF;
  PERFORM monthend.require_proof(batch);
  PERFORM ledger.require_open_period(batch.period_id, batch.initiated_by_id);
  PERFORM set_config('tutup.attaching_batch', p_batch::text, true);
  FOR leaf IN SELECT * FROM month_end_leaf l WHERE l.batch_id = p_batch ORDER BY l.number LOOP
    PERFORM ledger.seal_leaf(format('public.%I', leaf.table_name)::regclass);
    EXECUTE format('ALTER TABLE public.journal_entry ATTACH PARTITION public.%I FOR VALUES FROM (%s) TO (%s)',
      leaf.table_name, leaf.first_entry, leaf.last_entry + 1);
    EXECUTE format('ALTER TABLE public.%I RESET (autovacuum_enabled)', leaf.table_name);
    UPDATE month_end_leaf l SET attached_at = clock_timestamp() WHERE l.id = leaf.id;
  END LOOP;
  PERFORM monthend.move_balances(batch);
  PERFORM monthend.write_certificate(p_batch);
  UPDATE month_end_batch m SET status = 'REVERSED' WHERE m.id = batch.reverses_id;
  UPDATE month_end_batch m SET status = 'COMMITTED', phase = 'REPORT', holds_ledger = false,
    finished_at = clock_timestamp(),
      commit_lock_ms = extract(epoch FROM clock_timestamp() - began) * 1000
    WHERE m.id = p_batch;
  PERFORM monthend.log_event(p_batch, 'committed', format('%s entries joined the journal.', batch.expected_entries));
END $$;
COMMENT ON FUNCTION monthend.commit_batch(int, bigint, bigint) IS 'Make a batch part of the books.';
