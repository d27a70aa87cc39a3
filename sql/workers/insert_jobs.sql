-- workers.insert_jobs: validate jobs and put them into an execution; those without open dependencies become ready.
-- p_jobs: array of {key, type, payload, queue, priority, max_attempts, backoff_seconds, timeout_seconds, run_at,
-- depends_on: [{key, on_failure}]}. A dependency may name a job that the execution already has; its row must be locked
-- (workers.lock_jobs). Returns the ids in the order of p_jobs; p_run_at limits how early they run.
-- Locks: none of its own; the caller holds the execution's row, or made it.
-- Raises: TU011 duplicate key, TU012 unknown dependency, TU013 cycle, TU014 repeated dependency, TU015 bad option.
CREATE OR REPLACE FUNCTION workers.insert_jobs(p_execution bigint, p_jobs jsonb) RETURNS bigint[]
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_ids bigint[] := array(SELECT nextval('job_id_seq') FROM generate_series(1, jsonb_array_length(p_jobs)));
  v_count integer := cardinality(v_ids);
  v_lanes integer[];
BEGIN
  -- half a partition ahead of need; three more are there
  IF v_ids[1] = 1 OR v_ids[v_count] / 500000 > (v_ids[1] - 1) / 500000 THEN
    PERFORM workers.make_partitions();
  END IF;
  PERFORM workers.check_jobs(p_execution, p_jobs);
  v_lanes := workers.lanes_of(p_jobs);
  INSERT INTO job (id, execution_id, lane_id, max_attempts, backoff_seconds, timeout_seconds, key, payload)
  SELECT v_ids[j.place], p_execution, v_lanes[j.place], (j.job ->> 'max_attempts')::smallint,
    (j.job ->> 'backoff_seconds')::float8, (j.job ->> 'timeout_seconds')::float8, j.job ->> 'key',
    coalesce(j.job -> 'payload', '{}')
  FROM jsonb_array_elements(p_jobs) WITH ORDINALITY j(job, place);
  PERFORM workers.insert_dependencies(p_execution, v_ids, p_jobs);
  INSERT INTO blocked (id, execution_id, lane_id, pending, run_at)
  SELECT c.id, p_execution, c.lane, c.pending, c.run_at
  FROM (SELECT v_ids[j.place] AS id, v_lanes[j.place] AS lane, (j.job ->> 'run_at')::timestamptz AS run_at,
          jsonb_array_length(j.job -> 'depends_on') AS pending
        FROM jsonb_array_elements(p_jobs) WITH ORDINALITY j(job, place)) c
  WHERE c.pending > 0;
  PERFORM workers.enqueue(array_agg(r.id), array_agg(p_execution), array_agg(r.lane), array_agg(1::smallint),
    array_agg(greatest(now(), r.run_at)), p_jobs @? '$[*].depends_on[0]', false)
  FROM (SELECT v_ids[j.place] AS id, v_lanes[j.place] AS lane, (j.job ->> 'run_at')::timestamptz AS run_at
        FROM jsonb_array_elements(p_jobs) WITH ORDINALITY j(job, place)
        WHERE coalesce(jsonb_array_length(j.job -> 'depends_on'), 0) = 0) r;
  UPDATE execution e SET total = e.total + v_count WHERE e.id = p_execution;
  RETURN v_ids;
END $$;
COMMENT ON FUNCTION workers.insert_jobs IS 'Validates jobs and puts them into an execution.';
