-- workers.insert_jobs: validate jobs and put them into an execution; those without open dependencies become ready.
-- p_kinds: array of {type, queue, priority, labels, comparisons, internal, max_attempts, backoff_seconds,
-- timeout_seconds}.
-- p_jobs: array of {key, kind, payload, name, run_at or delay_seconds, depends_on: [{key, on_failure}]}; kind is a
-- place in p_kinds, from 1. Returns the lanes of p_kinds.
-- p_new: the execution has no other jobs. Else a dependency may name a job that it has; that one's row must be locked
-- (workers.lock_jobs). p_added_by: the running job that adds these.
-- Locks: none of its own; the caller holds the execution's row, or made it, and has counted the jobs in its total.
-- Raises: TU011 to TU015 and TU017 as workers.check_jobs and workers.check_dependencies.
CREATE OR REPLACE FUNCTION workers.insert_jobs(p_execution bigint, p_new boolean, p_kinds jsonb, p_jobs jsonb,
  p_added_by bigint DEFAULT NULL, OUT o_lanes integer[], OUT o_ids bigint[])
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_known bigint := CASE WHEN NOT p_new THEN p_execution END;  -- where jobs and parents may be already
  v_linked boolean := p_jobs @? '$[*].depends_on[0]';
  v_ready record;
BEGIN
  PERFORM workers.check_jobs(v_known, p_kinds, p_jobs);
  o_ids := workers.job_ids(jsonb_array_length(p_jobs));
  IF v_linked THEN
    PERFORM workers.insert_dependencies(v_known, o_ids, p_jobs);
  END IF;
  o_lanes := workers.lanes_of(p_kinds, p_jobs);  -- last: what is refused before uses up no ids of queues
  WITH placed AS MATERIALIZED (
    SELECT o_ids[j.place] AS id, (j.job ->> 'kind')::integer AS kind, j.job ->> 'key' AS key, j.job ->> 'name' AS name,
      coalesce(j.job -> 'payload', '{}') AS payload, coalesce(jsonb_array_length(j.job -> 'depends_on'), 0) AS pending,
      coalesce((j.job ->> 'run_at')::timestamptz,
        now() + make_interval(secs => (j.job ->> 'delay_seconds')::float8)) AS run_at
    FROM jsonb_array_elements(p_jobs) WITH ORDINALITY j(job, place)
  ), kept AS (
    INSERT INTO job (id, execution_id, lane_id, max_attempts, backoff_seconds, timeout_seconds, key, name, payload,
      added_by)
    SELECT p.id, p_execution, o_lanes[p.kind], k.max_attempts, k.backoff_seconds, k.timeout_seconds, p.key, p.name,
      p.payload, p_added_by
    FROM placed p JOIN ROWS FROM (jsonb_to_recordset(p_kinds)
      AS (max_attempts smallint, backoff_seconds float8, timeout_seconds float8)) WITH ORDINALITY k ON k.ordinality = p.kind
  ), kept_waiting AS (
    INSERT INTO blocked (id, execution_id, lane_id, pending, run_at)
    SELECT p.id, p_execution, o_lanes[p.kind], p.pending, p.run_at FROM placed p WHERE p.pending > 0
  )
  SELECT array_agg(p.id) AS ids, array_agg(o_lanes[p.kind]) AS lanes, array_agg(greatest(now(), p.run_at)) AS run_at,
    count(*)::integer AS jobs INTO v_ready FROM placed p WHERE p.pending = 0;
  IF v_ready.jobs > 0 THEN
    PERFORM workers.enqueue(v_ready.ids, array_fill(p_execution, ARRAY[v_ready.jobs]), v_ready.lanes,
      array_fill(1::smallint, ARRAY[v_ready.jobs]), v_ready.run_at, v_linked, false);
  END IF;
END $$;
COMMENT ON FUNCTION workers.insert_jobs IS 'Validates jobs and puts them into an execution.';
