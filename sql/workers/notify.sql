-- workers.notify: wake the workers of these lanes' queues. PostgreSQL sends each payload once per transaction.
-- Locks: nothing here; a NOTIFY takes a database-wide lock at commit, so claims that feed themselves don't call it.
CREATE OR REPLACE FUNCTION workers.notify(p_lanes integer[]) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  SELECT pg_notify('workers', n.name)
  FROM (SELECT DISTINCT q.name FROM lane l JOIN queue q ON q.id = l.queue_id WHERE l.id = ANY (p_lanes)) n
$$;
COMMENT ON FUNCTION workers.notify IS 'One NOTIFY for each queue of these lanes.';
