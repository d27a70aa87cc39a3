-- workers.claimed_jobs: the jobs of a claim as its worker gets them, each array in the order of p_ids; payloads,
-- errors and checkpoints are JSON arrays as text, so that a client parses them once; names and timeouts are NULL when
-- no job has one. For a claim of jobs that were claimed before there are also the errors of the last attempts and the
-- newest checkpoints.
-- Errors and checkpoints are asked for job by job (LATERAL with LIMIT), whatever statistics say.
-- Locks: nothing.
CREATE OR REPLACE FUNCTION workers.claimed_jobs(p_ids bigint[], p_attempt integer, p_again boolean, OUT o_ids bigint[],
  OUT o_keys text[], OUT o_names text[], OUT o_timeouts float8[], OUT o_payloads text, OUT o_errors text,
  OUT o_checkpoints text)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  -- between: the bounds choose the partition before the rows are looked for
  SELECT array_agg(j.id), array_agg(j.key),
      CASE WHEN count(j.name) > 0 THEN array_agg(j.name) END,
      CASE WHEN count(j.timeout_seconds) > 0 THEN array_agg(j.timeout_seconds) END,
      concat('[', string_agg(j.payload::text, ','), ']')
    INTO o_ids, o_keys, o_names, o_timeouts, o_payloads
    FROM (SELECT j.id, j.key, j.name, j.timeout_seconds, j.payload FROM job j
          WHERE j.id = ANY (p_ids) AND j.id BETWEEN p_ids[1] AND p_ids[cardinality(p_ids)] ORDER BY j.id) j;
  IF p_again THEN
    SELECT jsonb_agg(a.error ORDER BY u.place)::text, jsonb_agg(c.data ORDER BY u.place)::text INTO o_errors, o_checkpoints
      FROM unnest(o_ids) WITH ORDINALITY u(job, place)
      LEFT JOIN LATERAL (SELECT a.error FROM job_attempt a WHERE a.job_id = u.job AND a.attempt = p_attempt - 1 LIMIT 1) a
        ON true
      LEFT JOIN LATERAL (SELECT c.data FROM job_checkpoint c WHERE c.job_id = u.job LIMIT 1) c ON true;
  END IF;
END $$;
COMMENT ON FUNCTION workers.claimed_jobs IS 'The jobs of a claim, as their worker gets them.';
