-- workers.rerun: a new execution of jobs of one that has ended: those that failed or were cancelled, or with p_from the
-- job of that key and everything below it. Options, payloads and edges are copied; an edge to a job that doesn't run
-- again leads to the old one, whose output the new job can read. Jobs that a re-run job added by itself are left out:
-- it adds them again. Checkpoints are not copied: the jobs start afresh. Returns the new execution.
-- Large tables are asked row by row (LATERAL with LIMIT or OFFSET) and lists are hashed, whatever statistics say.
-- Locks: the old execution's row: of two calls at once the second is refused.
-- Raises: TU016 unknown execution or job, TU019 it has not ended, or a re-run of it has not, TU020 nothing to run again,
-- TU021 as workers.check_rerun.
CREATE OR REPLACE FUNCTION workers.rerun(p_execution bigint, p_from text, p_actor integer) RETURNS execution
LANGUAGE plpgsql SET search_path = pg_catalog, public SET enable_nestloop = off AS $$
DECLARE
  v_old execution := workers.lock_ended(p_execution);
  v_new execution;
  v_jobs bigint[] := workers.jobs_to_rerun(p_execution, p_from);
  v_ids bigint[];
  v_ready record;
BEGIN
  IF v_jobs = '{}' THEN
    RAISE EXCEPTION USING ERRCODE = 'TU020', DETAIL = jsonb_build_object('execution', 'exec-' || p_execution)::text,
      MESSAGE = format('No job of exec-%s failed or was cancelled: there is nothing to retry. '
        'Re-run it from a job instead.', p_execution);
  END IF;
  PERFORM workers.check_rerun(p_execution, v_jobs);
  INSERT INTO execution AS e (workflow, parallelism, actor_id, total, rerun_of_id)
    VALUES (v_old.workflow, v_old.parallelism, p_actor, cardinality(v_jobs), p_execution) RETURNING e.* INTO v_new;
  v_ids := workers.job_ids(cardinality(v_jobs));
  INSERT INTO job (id, execution_id, lane_id, max_attempts, backoff_seconds, timeout_seconds, key, name, payload)
    SELECT u.id, v_new.id, j.lane_id, j.max_attempts, j.backoff_seconds, j.timeout_seconds, j.key, j.name, j.payload
    FROM unnest(v_jobs, v_ids) u(old, id) CROSS JOIN LATERAL (SELECT * FROM job j WHERE j.id = u.old LIMIT 1) j;
  INSERT INTO job_dependency (parent_id, child_id, on_failure)
    SELECT coalesce(p.id, d.parent_id), c.id, d.on_failure
    FROM unnest(v_jobs, v_ids) c(old, id)
    CROSS JOIN LATERAL (SELECT * FROM job_dependency d WHERE d.child_id = c.old OFFSET 0) d
    LEFT JOIN unnest(v_jobs, v_ids) p(old, id) ON p.old = d.parent_id;
  WITH edge AS MATERIALIZED (
    SELECT u.id, count(*)::integer AS pending FROM unnest(v_ids) u(id)
    CROSS JOIN LATERAL (SELECT * FROM job_dependency d WHERE d.child_id = u.id OFFSET 0) d
    WHERE d.parent_id IN (SELECT unnest(v_ids)) GROUP BY u.id
  ), kept_waiting AS (
    INSERT INTO blocked (id, execution_id, lane_id, pending)
    SELECT j.id, v_new.id, j.lane_id, e.pending FROM edge e CROSS JOIN LATERAL (SELECT * FROM job j WHERE j.id = e.id LIMIT 1) j
  )
  SELECT array_agg(j.id) AS ids, array_agg(j.lane_id) AS lanes, count(*)::integer AS jobs INTO v_ready
    FROM job j WHERE j.id = ANY (v_ids) AND NOT EXISTS (SELECT FROM edge e WHERE e.id = j.id);
  PERFORM workers.enqueue(v_ready.ids, array_fill(v_new.id, ARRAY[v_ready.jobs]), v_ready.lanes,
    array_fill(1::smallint, ARRAY[v_ready.jobs]), array_fill(now(), ARRAY[v_ready.jobs]),
    v_ready.jobs < cardinality(v_ids), false);
  PERFORM workers.admit(v_new.id);
  PERFORM workers.notify(v_ready.lanes);
  SELECT e.* INTO v_new FROM execution e WHERE e.id = v_new.id;
  RETURN v_new;
END $$;
COMMENT ON FUNCTION workers.rerun IS 'A new execution of the failed jobs of an ended one, or of a job and all below it.';
