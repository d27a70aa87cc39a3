-- workers.freed_lanes: lanes in which a job may start now that these have ended: all of their queues, as far as those
-- limit how many run at once.
-- Locks: nothing.
CREATE OR REPLACE FUNCTION workers.freed_lanes(p_jobs bigint[]) RETURNS integer[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
BEGIN  -- plpgsql keeps the plan; before PostgreSQL 18 an sql function plans anew in every call
  RETURN array(
    SELECT n.id FROM lane n WHERE n.queue_id IN (
      SELECT q.id FROM job j JOIN lane l ON l.id = j.lane_id JOIN queue q ON q.id = l.queue_id
      WHERE j.id = ANY (p_jobs) AND q.concurrency IS NOT NULL));
END $$;
COMMENT ON FUNCTION workers.freed_lanes IS 'The lanes of limited queues that these jobs made room in.';
