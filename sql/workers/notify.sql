-- workers.notify: wake the workers of these lanes' queues, once for each queue. A NOTIFY takes a database-wide lock at
-- commit, so that many writers would queue up behind it: while another transaction is about to wake the same queue,
-- nobody else does. A worker that was woken looks again a few times within the next moments, and finds what was
-- committed just after.
-- Locks: advisory (7, queue) until the transaction ends, tried only. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.notify(p_lanes integer[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM pg_notify('workers', n.name)
  FROM (SELECT DISTINCT q.id, q.name FROM lane l JOIN queue q ON q.id = l.queue_id WHERE l.id = ANY (p_lanes)) n
  WHERE pg_try_advisory_xact_lock(7, n.id);
END $$;
COMMENT ON FUNCTION workers.notify IS 'One NOTIFY for each queue of these lanes.';
