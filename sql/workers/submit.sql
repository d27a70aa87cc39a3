-- workers.submit: make an execution of these jobs (as workers.insert_jobs takes them) and wake its workers. All or
-- nothing. With p_key, an idempotency key of the actor, the execution that was made under it before is returned, o_made
-- false, if its p_digest is the same.
-- Locks: nothing that exists; waits for another submission under the same key.
-- Raises: TU010 no jobs, TU011 to TU015 and TU017 as workers.insert_jobs, TU018 the key belongs to another request.
CREATE OR REPLACE FUNCTION workers.submit(p_workflow text, p_kinds jsonb, p_jobs jsonb, p_parallelism integer,
  p_actor integer, p_key text DEFAULT NULL, p_digest bytea DEFAULT NULL, OUT o_execution execution, OUT o_made boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_count integer := jsonb_array_length(p_jobs);
  v_lanes integer[];
BEGIN
  IF coalesce(v_count, 0) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'TU010', MESSAGE = 'jobs is empty. Submit at least one job.',
      DETAIL = jsonb_build_object('workflow', p_workflow)::text;
  END IF;
  PERFORM workers.check_parallelism(p_parallelism);
  INSERT INTO execution AS e (workflow, parallelism, actor_id, total, idempotency_key, request_digest)
    VALUES (p_workflow, p_parallelism, p_actor, v_count, p_key, p_digest)
    ON CONFLICT (actor_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING e.* INTO o_execution;
  o_made := FOUND;
  IF NOT o_made THEN
    SELECT e.* INTO o_execution FROM execution e WHERE e.idempotency_key = p_key AND e.actor_id IS NOT DISTINCT FROM p_actor;
    IF o_execution.request_digest IS DISTINCT FROM p_digest THEN
      RAISE EXCEPTION USING ERRCODE = 'TU018', DETAIL = jsonb_build_object('execution', 'exec-' || o_execution.id)::text,
        MESSAGE = format('The idempotency key "%s" belongs to exec-%s, which another request made. '
          'Use a new key for a new request.', p_key, o_execution.id);
    END IF;
    RETURN;
  END IF;
  SELECT i.o_lanes INTO v_lanes FROM workers.insert_jobs(o_execution.id, true, p_kinds, p_jobs) i;
  IF p_parallelism IS NOT NULL THEN
    PERFORM workers.admit(o_execution.id);
    SELECT e.* INTO o_execution FROM execution e WHERE e.id = o_execution.id;
  END IF;
  PERFORM workers.notify(v_lanes);
END $$;
COMMENT ON FUNCTION workers.submit IS 'Makes an execution of jobs, or finds the one made under the same key.';
