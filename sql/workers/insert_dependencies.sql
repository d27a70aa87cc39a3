-- workers.insert_dependencies: write the edges that checked jobs declare; p_ids are the ids of p_jobs in order.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.insert_dependencies(p_execution bigint, p_ids bigint[], p_jobs jsonb) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  WITH edge AS MATERIALIZED (SELECT * FROM workers.named_dependencies(p_jobs))
  INSERT INTO job_dependency (parent_id, child_id, on_failure)
  SELECT p_ids[e.parent], p_ids[e.child], e.on_failure FROM edge e WHERE e.parent IS NOT NULL
  UNION ALL SELECT b.id, p_ids[e.child], e.on_failure
  FROM edge e JOIN job b ON b.execution_id = p_execution AND b.key = e.parent_key WHERE e.parent IS NULL
$$;
COMMENT ON FUNCTION workers.insert_dependencies IS 'Writes the edges that jobs declare.';
