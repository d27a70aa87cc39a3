-- workers.count_jobs: bring executions up to date with what happened to their jobs in this transaction: counts,
-- status, and the places that an execution with a parallelism has free. p_states per job: completed, failed,
-- cancelled, waiting (put back); p_places: 1 where the job had been admitted. p_started: executions that got their
-- first claim. p_room: executions whose held jobs may have become due. Returns the lanes that got admitted jobs.
-- Locks: the executions, in order of id. The last lock of every transaction of the engine, so that they can't wait in
-- a circle.
CREATE OR REPLACE FUNCTION workers.count_jobs(p_executions bigint[], p_states text[], p_places integer[],
  p_started bigint[] DEFAULT '{}', p_room bigint[] DEFAULT '{}') RETURNS integer[]
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_all bigint[] := array(SELECT DISTINCT u FROM unnest(p_executions || p_started || p_room) u ORDER BY 1);
  v_limited bigint[];
  v_lanes integer[] := '{}';
BEGIN
  IF cardinality(v_all) > 1 THEN
    PERFORM FROM execution e WHERE e.id = ANY (v_all) ORDER BY e.id FOR NO KEY UPDATE;
  END IF;
  WITH change AS MATERIALIZED (
    SELECT u.execution, count(*) FILTER (WHERE u.state = 'completed')::integer AS completed,
      count(*) FILTER (WHERE u.state = 'failed')::integer AS failed,
      count(*) FILTER (WHERE u.state = 'cancelled')::integer AS cancelled, coalesce(sum(u.place), 0)::integer AS places
    FROM (SELECT * FROM unnest(p_executions, p_states, p_places)
          UNION ALL SELECT s, NULL, NULL FROM unnest(p_started || p_room) s) u(execution, state, place)
    GROUP BY u.execution
  ), counted AS (
    UPDATE execution e SET completed = e.completed + c.completed, failed = e.failed + c.failed,
      cancelled = e.cancelled + c.cancelled,
      admitted = e.admitted - CASE WHEN e.parallelism IS NULL THEN 0 ELSE c.places END,
      status = CASE WHEN e.completed + c.completed + e.failed + c.failed + e.cancelled + c.cancelled < e.total
          THEN CASE WHEN e.status = 'pending' AND (e.id = ANY (p_started) OR c.completed + c.failed > 0)
            THEN 'running' ELSE e.status END
        WHEN e.cancel_requested_at IS NOT NULL THEN 'cancelled'
        WHEN e.failed + c.failed > 0 THEN 'failed'
        WHEN e.cancelled + c.cancelled > 0 THEN 'cancelled' ELSE 'completed' END,
      started_at = CASE WHEN e.id = ANY (p_started) THEN coalesce(e.started_at, now()) ELSE e.started_at END,
      completed_at = CASE WHEN e.completed + c.completed + e.failed + c.failed + e.cancelled + c.cancelled = e.total
        THEN now() END
    FROM change c WHERE c.execution = e.id
      AND (c.completed + c.failed + c.cancelled > 0 OR e.parallelism IS NOT NULL OR e.status = 'pending')
    RETURNING e.id, e.parallelism
  )
  SELECT array_agg(c.id ORDER BY c.id) INTO v_limited FROM counted c WHERE c.parallelism IS NOT NULL;
  FOR i IN 1 .. coalesce(cardinality(v_limited), 0) LOOP
    v_lanes := v_lanes || workers.admit(v_limited[i]);
  END LOOP;
  RETURN v_lanes;
END $$;
COMMENT ON FUNCTION workers.count_jobs IS 'Moves the counts and the status of executions; admits held jobs.';
