-- workers.prune: delete what only the past was about: workers that stopped longer than p_keep ago (NULL: none), minutes
-- of throughput older than a fortnight, pauses and deferrals whose time is over. Returns how many rows.
-- Locks: those rows. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.prune(p_keep interval) RETURNS integer
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  WITH stopped AS (
    DELETE FROM worker w WHERE w.stopped_at < now() - p_keep
      AND NOT EXISTS (SELECT FROM lease l WHERE l.worker_id = w.id) RETURNING 1
  ), minutes AS (  -- by queue: the key begins with it
    DELETE FROM throughput t WHERE t.queue_id = ANY (array(SELECT q.id FROM queue q))
      AND t.minute < now() - interval '14 days' RETURNING 1
  ), pauses AS (
    DELETE FROM queue_pause p WHERE p.until < now() RETURNING 1
  ), deferrals AS (
    DELETE FROM deferral d WHERE d.until < now() RETURNING 1
  )
  SELECT ((SELECT count(*) FROM stopped) + (SELECT count(*) FROM minutes) + (SELECT count(*) FROM pauses)
    + (SELECT count(*) FROM deferrals))::integer
$$;
COMMENT ON FUNCTION workers.prune IS 'Deletes old workers, minutes of throughput, pauses and deferrals that are over.';
