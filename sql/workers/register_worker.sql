-- workers.register_worker: make a worker known and return its id. With p_session the calling session takes advisory
-- lock (1, id) and is from then on the proof of the worker's life; without one its heartbeats are. A live worker of the
-- same name is taken over: it is stopped, its claims no longer hold and their jobs run again at once, as after a loss.
--   p_queues        the queues it serves, NULL for all
--   p_types         the job types it can run, NULL for any
--   p_prefetch      {type: how many jobs of it one slot takes at once}, 1 for those left out
--   p_capabilities  the labels that it has; p_metadata: the facts that jobs' comparisons are about
-- Locks: the namesake's leases and row; advisory (1, id) until the session ends. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.register_worker(p_name text, p_hostname text, p_pid integer, p_slots integer,
  p_queues text[], p_types text[], p_lease_seconds float8, p_session boolean, p_prefetch jsonb DEFAULT '{}',
  p_capabilities text[] DEFAULT '{}', p_metadata jsonb DEFAULT '{}', p_actor integer DEFAULT NULL,
  p_load integer DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_id integer;
BEGIN
  -- two that register one name at once would both find nobody to take over
  PERFORM pg_advisory_xact_lock(1, -abs(hashtext(p_name)));
  UPDATE worker w SET stopped_at = now(), stop_reason = 'another worker registered under this name'
    WHERE w.name = p_name AND w.stopped_at IS NULL;
  IF FOUND THEN
    PERFORM workers.poll(NULL, 0, p_sweep => true);  -- as lost ones: what made a worker start anew may be one of them
  END IF;
  INSERT INTO worker (name, hostname, pid, has_session, slots, queues, types, lease_time, prefetch, capabilities,
      metadata, actor_id, current_load)
    VALUES (p_name, p_hostname, p_pid, p_session, p_slots, coalesce(p_queues, '{*}'), p_types,
      make_interval(secs => p_lease_seconds), p_prefetch, p_capabilities, p_metadata, p_actor, p_load)
    RETURNING id INTO v_id;
  IF p_session THEN
    PERFORM pg_advisory_lock(1, v_id);
  END IF;
  RETURN v_id;
END $$;
COMMENT ON FUNCTION workers.register_worker IS
  'Registers a worker; with a session its advisory lock proves that it lives.';
