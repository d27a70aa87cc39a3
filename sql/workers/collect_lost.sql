-- workers.collect_lost: take back up to p_limit claims whose worker is lost: its session ended (advisory lock (1,
-- worker) is free), it was stopped, or the claim's time is over. A claim that a chunk routine holds at this moment is
-- left for the next sweep. Each job goes on as another attempt, or fails when that was its last. Returns the jobs
-- with their states.
-- Locks: the leases, skipping those of others.
CREATE OR REPLACE FUNCTION workers.collect_lost(p_limit integer,
  OUT o_jobs bigint[], OUT o_executions bigint[], OUT o_states text[], OUT o_lanes integer[])
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_dead integer[];
  v_fences bigint[];
BEGIN
  o_jobs := '{}'; o_executions := '{}'; o_states := '{}'; o_lanes := '{}';
  -- pg_locks is read after the snapshot that shows the leases: whoever has one of them registered, and locked, before
  WITH claimant AS MATERIALIZED (
    SELECT DISTINCT l.worker_id FROM lease l
  ), live AS MATERIALIZED (
    SELECT k.objid::bigint AS worker_id FROM pg_locks k
    WHERE k.locktype = 'advisory' AND k.classid = 1 AND k.objsubid = 2 AND k.granted
      AND k.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND EXISTS (SELECT FROM claimant)
  )
  SELECT coalesce(array_agg(c.worker_id), '{}') INTO v_dead
  FROM claimant c LEFT JOIN worker w ON w.id = c.worker_id
  WHERE w.id IS NULL OR w.stopped_at IS NOT NULL
    OR w.has_session AND NOT EXISTS (SELECT FROM live a WHERE a.worker_id = w.id);
  v_fences := array(
    SELECT l.id FROM lease l WHERE l.until < now() OR l.worker_id = ANY (v_dead)
    ORDER BY l.id LIMIT p_limit FOR UPDATE SKIP LOCKED);
  IF v_fences = '{}' THEN
    RETURN;
  END IF;
  o_lanes := array(SELECT DISTINCT l.lane_id FROM lease l WHERE l.id = ANY (v_fences));
  SELECT e.o_jobs, e.o_executions, e.o_states INTO o_jobs, o_executions, o_states
  FROM (SELECT array_agg(u.job) AS jobs, array_agg(l.id) AS fences, array_agg('lost'::text) AS outcomes,
          array_agg(format('worker lost: %s', CASE WHEN l.worker_id = ANY (v_dead) THEN 'session ended'
            ELSE 'lease expired' END)) AS errors
        FROM lease l, unnest(l.ids) u(job) WHERE l.id = ANY (v_fences)) g,
    LATERAL workers.end_attempts(g.jobs, g.fences, g.outcomes, g.errors) e;
END $$;
COMMENT ON FUNCTION workers.collect_lost IS 'Takes back the claims of lost workers.';
