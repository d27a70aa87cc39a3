-- monthend.begin_validation: every range is posted, keyed and read back; the batch goes to VALIDATING.
-- Locks: the lease, the batch row. Raises: TU001 stale claim, TU103 illegal move.
CREATE OR REPLACE FUNCTION monthend.begin_validation(p_batch int, p_fence bigint, p_job bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM workers.hold_lease(p_fence, p_job);
  UPDATE month_end_batch m SET status = 'VALIDATING', phase = 'VALIDATION',
      posted_at = coalesce(
        (SELECT max(b.posted_at) FROM month_end_block b WHERE b.batch_id = p_batch), clock_timestamp())
    WHERE m.id = p_batch;
  PERFORM monthend.log_event(p_batch, 'posted', 'Every range is posted and read back.');
END $$;
COMMENT ON FUNCTION monthend.begin_validation(int, bigint, bigint) IS 'The batch goes to VALIDATING.';
