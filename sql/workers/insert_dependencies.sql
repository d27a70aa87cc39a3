-- workers.insert_dependencies: check the edges that jobs declare (as workers.insert_jobs takes them) and write them;
-- p_ids are the ids of p_jobs in order. p_execution is NULL for a new execution.
-- Locks: nothing. Raises: TU012 to TU014 as workers.check_dependencies.
CREATE OR REPLACE FUNCTION workers.insert_dependencies(p_execution bigint, p_ids bigint[], p_jobs jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_edges record;
BEGIN
  SELECT array_agg(d.child) AS children, array_agg(d.parent) AS parents, array_agg(d.on_failure) AS policies,
      array_agg(CASE WHEN d.parent IS NULL THEN d.parent_key END) AS outer_keys
    INTO v_edges FROM workers.named_dependencies(p_jobs) d;
  PERFORM workers.check_dependencies(p_execution, p_jobs, v_edges.children, v_edges.parents, v_edges.outer_keys);
  INSERT INTO job_dependency (parent_id, child_id, on_failure)
  SELECT coalesce(p_ids[u.parent], b.id), p_ids[u.child], u.on_failure
  FROM unnest(v_edges.children, v_edges.parents, v_edges.policies, v_edges.outer_keys) u(child, parent, on_failure, key)
  LEFT JOIN job b ON u.parent IS NULL AND b.execution_id = p_execution AND b.key = u.key;
END $$;
COMMENT ON FUNCTION workers.insert_dependencies IS 'Checks and writes the edges that jobs declare.';
