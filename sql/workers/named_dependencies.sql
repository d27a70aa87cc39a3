-- workers.named_dependencies: the edges that jobs declare, with the places of child and parent in p_jobs counted from
-- 1; parent is NULL when p_jobs has no job of that key. on_failure is `cancel` when left out.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.named_dependencies(p_jobs jsonb)
RETURNS TABLE (child integer, child_key text, parent integer, parent_key text, on_failure text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  WITH named AS MATERIALIZED (
    SELECT j.place::integer AS place, j.job ->> 'key' AS key, j.job -> 'depends_on' AS parents
    FROM jsonb_array_elements(p_jobs) WITH ORDINALITY j(job, place)
  )
  SELECT c.place, c.key, p.place, d.edge ->> 'key', coalesce(d.edge ->> 'on_failure', 'cancel')
  FROM named c CROSS JOIN LATERAL jsonb_array_elements(c.parents) d(edge)
  LEFT JOIN named p ON p.key = d.edge ->> 'key'
  WHERE jsonb_array_length(c.parents) > 0
$$;
COMMENT ON FUNCTION workers.named_dependencies IS 'The edges that jobs declare, by place and by key.';
