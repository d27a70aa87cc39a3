-- reconciliation.past_jobs: which of these jobs ended before that moment and don't stand (p_standing, as
-- reconciliation.standing_jobs gives them).
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION reconciliation.past_jobs(p_jobs uuid[], p_before timestamptz, p_standing uuid[])
RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT j.id FROM reconciliation_job j
  WHERE j.id = ANY (p_jobs) AND j.id <> ALL (p_standing) AND j.status <> 'RUNNING' AND j.completed_at < p_before
$$;
COMMENT ON FUNCTION reconciliation.past_jobs(uuid[], timestamptz, uuid[]) IS 'Jobs that are past their retention.';
