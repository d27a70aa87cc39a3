-- reconciliation.standing_jobs: the jobs that are kept with all that they found, however old: the newest of each
-- mapping, its newest completed one of each strategy, and those that proved what is covered.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION reconciliation.standing_jobs() RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  (SELECT DISTINCT ON (j.mapping_id) j.id FROM reconciliation_job j ORDER BY j.mapping_id, j.created_at DESC)
  UNION
  (SELECT DISTINCT ON (j.mapping_id, j.validation_strategy) j.id FROM reconciliation_job j
   WHERE j.status = 'COMPLETED' ORDER BY j.mapping_id, j.validation_strategy, j.created_at DESC)
  UNION
  SELECT c.job_id FROM coverage c
$$;
COMMENT ON FUNCTION reconciliation.standing_jobs() IS 'Jobs that are kept with all that they found.';
