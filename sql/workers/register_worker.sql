-- workers.register_worker: make a worker known and return its id. With p_session the calling session takes advisory
-- lock (1, id) and is from then on the proof of the worker's life. A live worker of the same name is taken over: it
-- is stopped, and a sweep gives its jobs to others.
-- Locks: the row of the namesake; advisory (1, id) until the session ends. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.register_worker(p_name text, p_hostname text, p_pid integer, p_slots integer,
  p_queues text[], p_types text[], p_lease_seconds float8, p_session boolean) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_id integer;
BEGIN
  UPDATE worker w SET stopped_at = now(), stop_reason = 'another worker registered under this name'
    WHERE w.name = p_name AND w.stopped_at IS NULL;
  INSERT INTO worker (name, hostname, pid, has_session, slots, queues, types, lease_time)
    VALUES (p_name, p_hostname, p_pid, p_session, p_slots, p_queues, p_types, make_interval(secs => p_lease_seconds))
    RETURNING id INTO v_id;
  IF p_session THEN
    PERFORM pg_advisory_lock(1, v_id);
  END IF;
  RETURN v_id;
END $$;
COMMENT ON FUNCTION workers.register_worker IS
  'Registers a worker; with a session its advisory lock proves that it lives.';
