-- workers.deregister_worker: stop a worker. The jobs that it still holds go back at once, and their attempts are not
-- counted.
-- Locks: its leases, then as workers.poll; its row last. Raises: nothing; a worker that is stopped already stays as
-- it is.
CREATE OR REPLACE FUNCTION workers.deregister_worker(p_worker integer, p_reason text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_failures jsonb;
BEGIN
  PERFORM FROM lease l WHERE l.worker_id = p_worker ORDER BY l.id FOR UPDATE;
  v_failures := (SELECT jsonb_agg(jsonb_build_object('job', u.job, 'fence', l.id, 'outcome', 'release'))
                 FROM lease l, unnest(l.ids) u(job) WHERE l.worker_id = p_worker);
  IF v_failures IS NOT NULL THEN
    PERFORM workers.poll(p_worker, 0, p_failures => v_failures);
  END IF;
  -- what it gave back just before may wait for somebody to look
  PERFORM pg_notify('workers', q) FROM worker w, unnest(w.queues) q WHERE w.id = p_worker AND w.stopped_at IS NULL;
  UPDATE worker w SET stopped_at = now(), stop_reason = p_reason WHERE w.id = p_worker AND w.stopped_at IS NULL;
END $$;
COMMENT ON FUNCTION workers.deregister_worker IS 'Stops a worker and gives back its jobs.';
