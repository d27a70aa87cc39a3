-- workers.extend_leases: prolong a worker's claims and tell which jobs each still holds; what is missing was taken
-- away.
-- Locks: the leases (FOR NO KEY UPDATE), in order of id as workers.poll does. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.extend_leases(p_worker integer, p_fences bigint[])
RETURNS TABLE (fence bigint, jobs bigint[])
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM FROM lease l WHERE l.id = ANY (p_fences) AND l.worker_id = p_worker ORDER BY l.id FOR NO KEY UPDATE;
  RETURN QUERY UPDATE lease l SET until = now() + w.lease_time FROM worker w
    WHERE l.id = ANY (p_fences) AND l.worker_id = p_worker AND w.id = p_worker RETURNING l.id, l.ids;
END $$;
COMMENT ON FUNCTION workers.extend_leases IS 'Prolongs claims; returns the jobs that each still holds.';
