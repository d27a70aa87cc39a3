-- workers.claimed_jobs: what a worker needs to run the jobs of these claims; for jobs that were claimed before also
-- the error of the last attempt and the newest checkpoint.
-- Locks: nothing.
CREATE OR REPLACE FUNCTION workers.claimed_jobs(p_fences bigint[])
RETURNS TABLE (job_id bigint, fence bigint, execution_id bigint, attempt smallint, type text, key text, payload jsonb,
  timeout_seconds float8, last_error text, checkpoint jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN  -- plpgsql keeps the plan; before PostgreSQL 18 an sql function plans anew in every call
  RETURN QUERY
  SELECT j.id, l.id, j.execution_id, l.attempt, n.type, j.key, j.payload, j.timeout_seconds, a.error, c.data
  FROM lease l CROSS JOIN LATERAL unnest(l.ids) u(id) JOIN job j ON j.id = u.id JOIN lane n ON n.id = l.lane_id
  LEFT JOIN LATERAL (
    SELECT a.error FROM job_attempt a WHERE l.again AND a.job_id = j.id AND a.attempt = l.attempt - 1 LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT c.data FROM job_checkpoint c WHERE l.again AND c.job_id = j.id LIMIT 1) c ON true
  WHERE l.id = ANY (p_fences);
END $$;
COMMENT ON FUNCTION workers.claimed_jobs IS 'The jobs of claims, as their worker gets them.';
