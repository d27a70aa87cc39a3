-- workers.live_workers: registered workers that are alive: with a session, while it holds advisory lock (1, id);
-- without one, while the last heartbeat is younger than the lease time.
-- Locks: nothing.
CREATE OR REPLACE FUNCTION workers.live_workers() RETURNS SETOF worker
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  WITH registered AS MATERIALIZED (
    SELECT w FROM worker w WHERE w.stopped_at IS NULL
  ), held AS MATERIALIZED (
    SELECT k.objid::bigint AS id FROM pg_locks k
    WHERE k.locktype = 'advisory' AND k.classid = 1 AND k.objsubid = 2 AND k.granted
      AND k.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
  )
  SELECT (r.w).* FROM registered r
  WHERE CASE WHEN (r.w).has_session THEN EXISTS (SELECT FROM held h WHERE h.id = (r.w).id)
    ELSE (r.w).last_heartbeat > now() - (r.w).lease_time END
$$;
COMMENT ON FUNCTION workers.live_workers IS 'Registered workers that are alive.';
