-- workers.take_from_leases: remove jobs from the claims that hold them; a claim without jobs goes.
-- Locks: none of its own; the caller has locked the leases. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.take_from_leases(p_fences bigint[], p_jobs bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN  -- plpgsql keeps the plan; before PostgreSQL 18 an sql function plans anew in every call
  WITH rest AS MATERIALIZED (
    SELECT l.id, array_agg(u.job ORDER BY u.o) FILTER (WHERE u.job NOT IN (SELECT unnest(p_jobs))) AS ids,
      array_agg(u.execution ORDER BY u.o) FILTER (WHERE u.job NOT IN (SELECT unnest(p_jobs))) AS executions
    FROM lease l, unnest(l.ids, l.executions) WITH ORDINALITY u(job, execution, o)
    WHERE l.id = ANY (p_fences) GROUP BY l.id
  ), emptied AS (
    DELETE FROM lease l USING rest r WHERE l.id = r.id AND r.ids IS NULL
  )
  UPDATE lease l SET ids = r.ids, executions = r.executions FROM rest r WHERE l.id = r.id AND r.ids IS NOT NULL;
END $$;
COMMENT ON FUNCTION workers.take_from_leases IS 'Removes jobs from claims.';
