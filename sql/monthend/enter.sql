-- monthend.enter: how every long step of a batch begins: the claim must be held, and the session is marked as working
-- for the batch until its transaction ends, so that an abort knows whom to interrupt. Advisory key (3, batch); (3, 0)
-- is the month-end lock itself. Raises: TU001 stale claim.
CREATE OR REPLACE FUNCTION monthend.enter(p_batch int, p_fence bigint, p_job bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM workers.hold_lease(p_fence, p_job);
  PERFORM pg_advisory_xact_lock_shared(3, p_batch);
END $$;
COMMENT ON FUNCTION monthend.enter(int, bigint, bigint) IS 'How every long step of a batch begins.';
