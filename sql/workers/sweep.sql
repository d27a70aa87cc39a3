-- workers.sweep: take back what lost workers hold, go on with cancelling, admit held jobs that became due, and close
-- the registrations of workers that were given up ten minutes ago. Workers do this within their polls; whoever has none
-- calls it.
-- Locks: rows of workers, then as workers.poll. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.sweep() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE worker w SET stopped_at = now(), stop_reason = 'lost'
    WHERE w.stopped_at IS NULL AND w.last_heartbeat < now() - greatest(interval '10 minutes', 2 * w.lease_time)
      AND w.id NOT IN (SELECT v.id FROM workers.live_workers() v);
  PERFORM workers.poll(NULL, 0, p_sweep => true);
END $$;
COMMENT ON FUNCTION workers.sweep IS 'Takes back the work of lost workers and closes their registrations.';
