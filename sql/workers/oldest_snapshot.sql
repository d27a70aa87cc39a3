-- workers.oldest_snapshot: who keeps dead rows from being removed, for how long and over how many transactions: the
-- oldest of the other sessions' snapshots, prepared transactions and replication slots. No row when nobody does.
-- since is NULL for a slot, and for a session of a role that this one may not see.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.oldest_snapshot(OUT kind text, OUT holder text, OUT program text, OUT since timestamptz,
  OUT transactions integer, OUT horizon text)
RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  WITH held AS (
    SELECT 'session' AS kind, a.pid::text AS holder, coalesce(nullif(a.application_name, ''), a.usename, '') AS program,
      a.xact_start AS since, x.xid
    FROM pg_stat_activity a, unnest(ARRAY[a.backend_xmin, a.backend_xid]) x(xid)
    WHERE a.pid <> pg_backend_pid() AND a.backend_type <> 'autovacuum worker'
      AND (a.datname = current_database() OR a.backend_type = 'walsender')
    UNION ALL
    SELECT 'prepared', p.gid, p.owner, p.prepared, p.transaction FROM pg_prepared_xacts p
    WHERE p.database = current_database()
    UNION ALL
    SELECT 'slot', s.slot_name, coalesce(s.plugin, s.slot_type), NULL, s.xmin FROM pg_replication_slots s
  )
  SELECT h.kind, h.holder, h.program, h.since, age(h.xid), h.xid::text FROM held h
  WHERE h.xid IS NOT NULL ORDER BY age(h.xid) DESC, h.since LIMIT 1
$$;
COMMENT ON FUNCTION workers.oldest_snapshot IS 'Who keeps dead rows from being removed.';
