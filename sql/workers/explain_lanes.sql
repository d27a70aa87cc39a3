-- workers.explain_lanes: what keeps jobs of these lanes from being claimed. For each lane its pause (its queue's own or
-- that of all queues), its queue's limits and how much of them is used, how many live workers can run its jobs, and when
-- none can: the one that comes nearest, and what that one lacks.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.explain_lanes(p_lanes integer[])
RETURNS TABLE (id integer, queue text, type text, priority text, idle boolean, labels text[], comparisons jsonb,
  paused_by text, paused_all boolean, paused_at timestamptz, pause_reason text, paused_until timestamptz,
  concurrency integer, active integer, rate_limit integer, rate_seconds float8, rate_until timestamptz,
  capable integer, nearest text, serves boolean, handles boolean, lacks text[])
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  WITH live AS MATERIALIZED (
    SELECT w.name, w.queues, w.types, w.has_session, w.capabilities, w.metadata FROM workers.live_workers() w
  ), active AS MATERIALIZED (
    SELECT n.queue_id, sum(cardinality(l.ids))::integer AS jobs FROM lease l JOIN lane n ON n.id = l.lane_id GROUP BY 1
  )
  SELECT n.id, q.name, n.type, n.priority, k.weight IS NULL, n.labels, n.comparisons,
    p.paused_by, p.queue_id IS NULL, p.paused_at, p.reason, p.until,
    q.concurrency, coalesce(a.jobs, 0), q.rate_limit, q.rate_seconds,
    CASE WHEN q.window_used >= q.rate_limit AND u.until > clock_timestamp() THEN u.until END,
    c.workers, b.name, b.serves, b.handles, b.lacks
  FROM lane n JOIN queue q ON q.id = n.queue_id JOIN priority_class k ON k.name = n.priority LEFT JOIN active a ON a.queue_id = q.id
  CROSS JOIN LATERAL (SELECT q.window_started_at + make_interval(secs => q.rate_seconds)) u(until)
  LEFT JOIN LATERAL (
    SELECT p.* FROM queue_pause p
    WHERE (p.queue_id IS NULL OR p.queue_id = q.id) AND (p.until IS NULL OR p.until > now())
    ORDER BY p.queue_id NULLS LAST LIMIT 1) p ON true
  CROSS JOIN LATERAL (
    SELECT count(*)::integer AS workers FROM live w
    WHERE (q.name = ANY (w.queues) OR '*' = ANY (w.queues)) AND (w.types IS NULL OR n.type = ANY (w.types))
      AND (w.has_session OR NOT n.internal) AND workers.lane_fits(n.labels, n.comparisons, w.capabilities, w.metadata)) c
  LEFT JOIN LATERAL (
    SELECT w.name, q.name = ANY (w.queues) OR '*' = ANY (w.queues) AS serves,
      (w.types IS NULL OR n.type = ANY (w.types)) AND (w.has_session OR NOT n.internal) AS handles, m.lacks
    FROM live w CROSS JOIN LATERAL (
      SELECT array(SELECT u FROM unnest(n.labels) u WHERE u <> ALL (w.capabilities)) || array(
        SELECT concat_ws(' ', k ->> 0, k ->> 1, k ->> 2) || coalesce(' (it has ' || (w.metadata ->> (k ->> 0)) || ')', '')
        FROM jsonb_array_elements(n.comparisons) k
        WHERE NOT workers.lane_fits('{}', jsonb_build_array(k), '{}', w.metadata)) AS lacks) m
    WHERE c.workers = 0 ORDER BY 2 DESC, 3 DESC, cardinality(m.lacks), w.name LIMIT 1) b ON true
  WHERE n.id = ANY (p_lanes)
$$;
COMMENT ON FUNCTION workers.explain_lanes IS 'What keeps jobs of lanes from being claimed.';
