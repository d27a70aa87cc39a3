-- workers.check_dependencies: refuse dependencies that can't be kept, naming the job and the mend. p_execution is NULL
-- for a new execution, which has no jobs but these.
-- Locks: nothing. Raises: TU012 unknown dependency, TU013 cycle (named in order), TU014 repeated dependency.
CREATE OR REPLACE FUNCTION workers.check_dependencies(p_execution bigint, p_jobs jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_edges record;
  v_child text;
  v_parent text;
  v_names text[];
BEGIN
  SELECT array_agg(d.child) FILTER (WHERE d.parent IS NOT NULL) AS children,
    array_agg(d.parent) FILTER (WHERE d.parent IS NOT NULL) AS parents,
    array_agg(d.child) FILTER (WHERE d.parent IS NULL) AS outer_children,
    array_agg(d.parent_key) FILTER (WHERE d.parent IS NULL) AS outer_parents,
    bool_and(d.parent < d.child) AS in_order  -- parents first, as most clients list them: no cycle then
    INTO v_edges FROM workers.named_dependencies(p_jobs) d;
  SELECT p_jobs -> (u.child - 1) ->> 'key', u.parent INTO v_child, v_parent
    FROM unnest(v_edges.outer_children, v_edges.outer_parents) u(child, parent)
    WHERE NOT EXISTS (SELECT FROM job b WHERE b.execution_id = p_execution AND b.key = u.parent) ORDER BY u.child LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'TU012', DETAIL = jsonb_build_object('job', v_child, 'depends_on', v_parent)::text,
      MESSAGE = format('Job "%s" depends on "%s", which is not a job of this execution. Add it or mend the name.',
        v_child, v_parent);
  END IF;
  SELECT p_jobs -> (d.child - 1) ->> 'key', d.parent INTO v_child, v_parent
    FROM (SELECT u.child, p_jobs -> (u.parent - 1) ->> 'key' AS parent
          FROM unnest(v_edges.children, v_edges.parents) u(child, parent) GROUP BY u.child, u.parent HAVING count(*) > 1
          UNION ALL SELECT u.* FROM unnest(v_edges.outer_children, v_edges.outer_parents) u(child, parent)
          GROUP BY u.child, u.parent HAVING count(*) > 1) d ORDER BY 1, 2 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'TU014', DETAIL = jsonb_build_object('job', v_child, 'depends_on', v_parent)::text,
      MESSAGE = format('Job "%s" depends on "%s" more than once. Name it once.', v_child, v_parent);
  END IF;
  IF NOT v_edges.in_order THEN
    v_names := array(
      SELECT p_jobs -> (u.place - 1) ->> 'key'
      FROM unnest(workers.find_cycle(jsonb_array_length(p_jobs), v_edges.parents, v_edges.children))
        WITH ORDINALITY u(place, o) ORDER BY u.o);
    IF v_names <> '{}' THEN
      RAISE EXCEPTION USING ERRCODE = 'TU013', DETAIL = jsonb_build_object('cycle', v_names)::text,
        MESSAGE = format('The jobs wait for each other in a circle: %s -> %s. Remove one of these dependencies.',
          array_to_string(v_names, ' -> '), v_names[1]);
    END IF;
  END IF;
END $$;
COMMENT ON FUNCTION workers.check_dependencies IS 'Refuses unknown or repeated dependencies, and cycles.';
