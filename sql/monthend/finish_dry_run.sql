-- monthend.finish_dry_run: end a dry run: drop what it posted and give the numbers back. The totals, checks and
-- timings stay.
-- Locks: the lease, the month-end lock, the batch row. Raises: TU001 stale claim, TU103 illegal move.
CREATE OR REPLACE FUNCTION monthend.finish_dry_run(p_batch int, p_fence bigint, p_job bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM workers.hold_lease(p_fence, p_job);
  PERFORM pg_advisory_xact_lock(3, 0);
  PERFORM FROM month_end_batch m WHERE m.id = p_batch AND m.dry_run FOR NO KEY UPDATE;
  PERFORM monthend.drop_leaves(p_batch);
  PERFORM monthend.return_numbers(p_batch);
  UPDATE month_end_batch m SET status = 'DRY_RUN_COMPLETED', phase = 'DONE', holds_ledger = false,
      finished_at = clock_timestamp() WHERE m.id = p_batch;
  PERFORM monthend.log_event(p_batch, 'rehearsed', 'Dry run: everything was posted, proved and dropped.');
END $$;
COMMENT ON FUNCTION monthend.finish_dry_run(int, bigint, bigint) IS 'End a dry run.';
