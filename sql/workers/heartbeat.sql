-- workers.heartbeat: note that a worker lives and how busy it is. False when it isn't registered (any more): register
-- again.
-- Locks: the worker's row. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.heartbeat(p_worker integer, p_load integer, p_cpu_percent float8, p_memory_mb float8)
RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE worker w SET last_heartbeat = now(), current_load = p_load, cpu_percent = p_cpu_percent, memory_mb = p_memory_mb
    WHERE w.id = p_worker AND w.stopped_at IS NULL;
  RETURN FOUND;
END $$;
COMMENT ON FUNCTION workers.heartbeat IS 'Notes a worker''s sign of life.';
