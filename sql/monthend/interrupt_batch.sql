-- monthend.interrupt_batch: cancel the statements of other sessions that work for a batch (monthend.enter marked them).
-- Returns how many were cancelled.
CREATE OR REPLACE FUNCTION monthend.interrupt_batch(p_batch int) RETURNS bigint
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  SELECT count(*) FROM (
    SELECT DISTINCT k.pid FROM pg_locks k
    WHERE k.locktype = 'advisory' AND k.classid = 3 AND k.objid = p_batch AND k.objsubid = 2 AND k.granted
      AND k.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND k.pid <> pg_backend_pid()) s
  WHERE pg_cancel_backend(s.pid);
$$;
COMMENT ON FUNCTION monthend.interrupt_batch(int) IS 'Cancel the statements of other sessions that work for a batch.';
