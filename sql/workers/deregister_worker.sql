-- workers.deregister_worker: stop a worker. The jobs that it still holds go back at once, and their attempts are not
-- counted.
-- Locks: its row, its leases, then as workers.poll. Raises: nothing; a worker that is stopped already stays as it is.
CREATE OR REPLACE FUNCTION workers.deregister_worker(p_worker integer, p_reason text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM FROM worker w WHERE w.id = p_worker FOR NO KEY UPDATE;  -- first, as workers.register_worker does
  PERFORM workers.release_claims(p_worker, '{}');
  -- what it gave back just before may wait for somebody to look
  PERFORM pg_notify('workers', q.name) FROM worker w JOIN queue q ON q.name = ANY (w.queues) OR '*' = ANY (w.queues)
    WHERE w.id = p_worker AND w.stopped_at IS NULL;
  UPDATE worker w SET stopped_at = now(), stop_reason = p_reason WHERE w.id = p_worker AND w.stopped_at IS NULL;
END $$;
COMMENT ON FUNCTION workers.deregister_worker IS 'Stops a worker and gives back its jobs.';
