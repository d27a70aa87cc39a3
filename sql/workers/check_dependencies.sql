-- workers.check_dependencies: refuse dependencies that can't be kept, naming the job and the mend. The edges are those
-- of workers.named_dependencies: places in p_jobs, and for parents outside of it their keys. p_execution is NULL for a
-- new execution, which has no jobs but these.
-- Locks: nothing. Raises: TU012 unknown dependency, TU013 cycle (named in order), TU014 repeated dependency.
CREATE OR REPLACE FUNCTION workers.check_dependencies(p_execution bigint, p_jobs jsonb, p_children integer[],
  p_parents integer[], p_outer text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_child integer;
  v_parent text;
  v_names text[];
  v_in_order boolean;  -- parents first, as most clients list them: there is no cycle then
BEGIN
  SELECT u.child, u.key INTO v_child, v_parent FROM unnest(p_children, p_parents, p_outer) u(child, parent, key)
    WHERE u.parent IS NULL AND NOT EXISTS (SELECT FROM job b WHERE b.execution_id = p_execution AND b.key = u.key)
    ORDER BY u.child LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'TU012',
      DETAIL = jsonb_build_object('job', p_jobs -> (v_child - 1) -> 'key', 'depends_on', v_parent)::text,
      MESSAGE = format('Job "%s" depends on "%s", which is not a job of this execution. Add it or mend the name.',
        p_jobs -> (v_child - 1) ->> 'key', v_parent);
  END IF;
  SELECT u.child, coalesce(u.key, p_jobs -> (u.parent - 1) ->> 'key') INTO v_child, v_parent
    FROM unnest(p_children, p_parents, p_outer) u(child, parent, key)
    GROUP BY u.child, u.parent, u.key HAVING count(*) > 1 ORDER BY 1, 2 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'TU014',
      DETAIL = jsonb_build_object('job', p_jobs -> (v_child - 1) -> 'key', 'depends_on', v_parent)::text,
      MESSAGE = format('Job "%s" depends on "%s" more than once. Name it once.', p_jobs -> (v_child - 1) ->> 'key', v_parent);
  END IF;
  SELECT bool_and(u.parent < u.child), array_agg(u.parent), array_agg(u.child) INTO v_in_order, p_parents, p_children
    FROM unnest(p_children, p_parents) u(child, parent) WHERE u.parent IS NOT NULL;
  IF NOT v_in_order THEN
    v_names := array(
      SELECT p_jobs -> (u.place - 1) ->> 'key'
      FROM unnest(workers.find_cycle(jsonb_array_length(p_jobs), p_parents, p_children)) WITH ORDINALITY u(place, o)
      ORDER BY u.o);
    IF v_names <> '{}' THEN
      RAISE EXCEPTION USING ERRCODE = 'TU013', DETAIL = jsonb_build_object('cycle', v_names)::text,
        MESSAGE = format('The jobs wait for each other in a circle: %s -> %s. Remove one of these dependencies.',
          array_to_string(v_names, ' -> '), v_names[1]);
    END IF;
  END IF;
END $$;
COMMENT ON FUNCTION workers.check_dependencies IS 'Refuses unknown or repeated dependencies, and cycles.';
