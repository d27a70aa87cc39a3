-- workers.end_blocked: end blocked jobs because parents did: as the policy of the edge says, fail before cancel.
-- p_bad are the failed or cancelled jobs above p_jobs. Returns those that were still blocked.
-- Large tables are asked row by row (LATERAL with LIMIT or OFFSET) and lists are hashed, whatever statistics say.
-- Locks: none of its own; the caller has locked the rows of `blocked`. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.end_blocked(p_jobs bigint[], p_bad bigint[],
  OUT o_jobs bigint[], OUT o_executions bigint[], OUT o_states text[])
LANGUAGE sql SET search_path = pg_catalog, public SET enable_nestloop = off AS $$
  WITH gone AS (
    DELETE FROM blocked b WHERE b.id = ANY (p_jobs) RETURNING b.id, b.execution_id
  ), edge AS MATERIALIZED (  -- by parent, then joined: looked for by both ends, each job would try each of the others
    SELECT d.child_id, d.parent_id, d.on_failure FROM unnest(p_bad || p_jobs) u(id)
    CROSS JOIN LATERAL (SELECT * FROM job_dependency d WHERE d.parent_id = u.id OFFSET 0) d WHERE d.on_failure <> 'ignore'
  ), judged AS MATERIALIZED (
    SELECT g.id, g.execution_id, CASE WHEN bool_or(e.on_failure = 'fail') THEN 'failed' ELSE 'cancelled' END AS state,
      min(e.parent_id) AS parent
    FROM gone g JOIN edge e ON e.child_id = g.id GROUP BY g.id, g.execution_id
  ), ended AS (
    INSERT INTO finished_job (id, attempt, state, error)
    SELECT g.id, 0, g.state, format('not run: dependency "%s" did not complete', p.key)
    FROM judged g CROSS JOIN LATERAL (SELECT j.key FROM job j WHERE j.id = g.parent LIMIT 1) p
  )
  SELECT coalesce(array_agg(g.id), '{}'), coalesce(array_agg(g.execution_id), '{}'), coalesce(array_agg(g.state), '{}')
  FROM judged g
$$;
COMMENT ON FUNCTION workers.end_blocked IS 'Ends blocked jobs whose parents did not complete.';
