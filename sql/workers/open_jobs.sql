-- workers.open_jobs: where each unfinished job of an execution is, under one snapshot: the table that holds it, its
-- state, and what that table knows of it. `attempt` is the one that runs, or the next one.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.open_jobs(p_execution bigint)
RETURNS TABLE (id bigint, place text, state text, lane_id integer, attempt smallint, run_at timestamptz,
  worker_id integer, claimed_at timestamptz, until timestamptz, pending integer)
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT u.id, 'lease', 'active', l.lane_id, l.attempt, NULL::timestamptz, l.worker_id, l.claimed_at, l.until, NULL::integer
  FROM lease l, unnest(l.ids, l.executions) u(id, execution)
  WHERE p_execution = ANY (l.executions) AND u.execution = p_execution
  UNION ALL
  SELECT u.id, 'ready', CASE WHEN r.run_at > now() THEN 'delayed' ELSE 'waiting' END, r.lane_id, r.attempt, r.run_at,
    NULL, NULL, NULL, NULL
  FROM ready r, unnest(r.ids) u(id) WHERE r.execution_id = p_execution
  UNION ALL
  SELECT u.id, 'held', CASE WHEN h.run_at > now() THEN 'delayed' ELSE 'waiting' END, h.lane_id, h.attempt, h.run_at,
    NULL, NULL, NULL, NULL
  FROM held h, unnest(h.ids) u(id) WHERE h.execution_id = p_execution
  UNION ALL
  SELECT b.id, 'blocked', 'waiting-children', b.lane_id, 1::smallint, b.run_at, NULL, NULL, NULL, b.pending
  FROM blocked b WHERE b.execution_id = p_execution
$$;
COMMENT ON FUNCTION workers.open_jobs IS 'Where the unfinished jobs of an execution are.';
