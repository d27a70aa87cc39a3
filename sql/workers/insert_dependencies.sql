-- workers.insert_dependencies: write the edges that checked jobs declare; p_ids are the ids of p_jobs in order.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.insert_dependencies(p_execution bigint, p_ids bigint[], p_jobs jsonb) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  INSERT INTO job_dependency (parent_id, child_id, on_failure)
  SELECT coalesce(p_ids[d.parent], b.id), p_ids[d.child], d.on_failure
  FROM workers.named_dependencies(p_jobs) d
  LEFT JOIN job b ON d.parent IS NULL AND b.execution_id = p_execution AND b.key = d.parent_key
  WHERE p_jobs @? '$[*].depends_on[0]'
$$;
COMMENT ON FUNCTION workers.insert_dependencies IS 'Writes the edges that jobs declare.';
