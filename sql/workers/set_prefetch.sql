-- workers.set_prefetch: how many jobs of a type one slot of a worker takes at once, from its claims of the next second on.
-- Locks: the worker's row. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.set_prefetch(p_worker integer, p_type text, p_jobs integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE worker w SET prefetch = w.prefetch || jsonb_build_object(p_type, p_jobs) WHERE w.id = p_worker;
END $$;
COMMENT ON FUNCTION workers.set_prefetch IS 'How many jobs of a type one slot of a worker takes at once.';
