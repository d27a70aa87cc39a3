-- workers.open_ended: workers.open_dependents for those of the jobs that have ended; p_states may also be `waiting`.
-- Locks: rows of `blocked`, as there.
CREATE OR REPLACE FUNCTION workers.open_ended(p_jobs bigint[], p_states text[],
  OUT o_jobs bigint[], OUT o_executions bigint[], OUT o_states text[], OUT o_opened integer, OUT o_lanes integer[])
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  SELECT o.* FROM (SELECT coalesce(array_agg(u.job), '{}') AS jobs, coalesce(array_agg(u.state), '{}') AS states
                   FROM unnest(p_jobs, p_states) u(job, state) WHERE u.state <> 'waiting') e,
    LATERAL workers.open_dependents(e.jobs, e.states) o
$$;
COMMENT ON FUNCTION workers.open_ended IS 'Opens the dependents of those jobs that have ended.';
