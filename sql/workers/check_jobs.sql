-- workers.check_jobs: refuse jobs that can't be put into the execution, naming the job and the mend.
-- Locks: nothing. Raises: TU011 duplicate key, TU012 unknown dependency, TU013 cycle (named in order), TU014 repeated
-- dependency, TU015 an option out of range.
CREATE OR REPLACE FUNCTION workers.check_jobs(p_execution bigint, p_jobs jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_key text;
  v_other text;
  v_parents integer[];
  v_children integer[];
  v_cycle integer[];
  v_names text[];
BEGIN
  SELECT k.key INTO v_key FROM (SELECT j ->> 'key' AS key FROM jsonb_array_elements(p_jobs) j) k
    GROUP BY k.key HAVING count(*) > 1 ORDER BY k.key LIMIT 1;
  IF v_key IS NULL THEN
    SELECT b.key INTO v_key FROM jsonb_array_elements(p_jobs) j
      JOIN job b ON b.execution_id = p_execution AND b.key = j ->> 'key' ORDER BY b.key LIMIT 1;
  END IF;
  IF v_key IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'TU011', DETAIL = jsonb_build_object('job', v_key)::text,
      MESSAGE = format('Two jobs have the id "%s". Give each job of an execution its own id.', v_key);
  END IF;
  PERFORM workers.check_options(p_jobs);
  IF NOT p_jobs @? '$[*].depends_on[0]' THEN
    RETURN;
  END IF;
  SELECT d.child_key, d.parent_key INTO v_key, v_other FROM workers.named_dependencies(p_jobs) d
    WHERE d.parent IS NULL
      AND NOT EXISTS (SELECT FROM job b WHERE b.execution_id = p_execution AND b.key = d.parent_key)
    ORDER BY d.child LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'TU012', DETAIL = jsonb_build_object('job', v_key, 'depends_on', v_other)::text,
      MESSAGE = format('Job "%s" depends on "%s", which is not a job of this execution. Add it or mend the name.',
        v_key, v_other);
  END IF;
  SELECT d.child_key, d.parent_key INTO v_key, v_other FROM workers.named_dependencies(p_jobs) d
    GROUP BY d.child_key, d.parent_key HAVING count(*) > 1 ORDER BY 1, 2 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'TU014', DETAIL = jsonb_build_object('job', v_key, 'depends_on', v_other)::text,
      MESSAGE = format('Job "%s" depends on "%s" more than once. Name it once.', v_key, v_other);
  END IF;
  SELECT array_agg(d.parent), array_agg(d.child) INTO v_parents, v_children
    FROM workers.named_dependencies(p_jobs) d WHERE d.parent IS NOT NULL;
  v_cycle := workers.find_cycle(jsonb_array_length(p_jobs), coalesce(v_parents, '{}'), coalesce(v_children, '{}'));
  IF v_cycle IS NOT NULL THEN
    v_names := array(
      SELECT p_jobs -> (u.place - 1) ->> 'key' FROM unnest(v_cycle) WITH ORDINALITY u(place, o) ORDER BY u.o);
    RAISE EXCEPTION USING ERRCODE = 'TU013', DETAIL = jsonb_build_object('cycle', v_names)::text,
      MESSAGE = format('The jobs wait for each other in a circle: %s -> %s. Remove one of these dependencies.',
        array_to_string(v_names, ' -> '), v_names[1]);
  END IF;
END $$;
COMMENT ON FUNCTION workers.check_jobs IS
  'Refuses duplicate ids, unknown or repeated dependencies, cycles and bad options.';
