-- workers.paused_queues: the queues of which nothing is claimed now; NULL when none is, an array with a NULL when all
-- are.
-- Locks: nothing.
CREATE OR REPLACE FUNCTION workers.paused_queues() RETURNS integer[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
BEGIN  -- plpgsql keeps the plan; before PostgreSQL 18 an sql function plans anew in every call
  RETURN (SELECT array_agg(p.queue_id::integer) FROM queue_pause p WHERE p.until IS NULL OR p.until > now());
END $$;
COMMENT ON FUNCTION workers.paused_queues IS 'The queues that are paused now.';
