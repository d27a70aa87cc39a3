-- workers.open_dependents: tell the dependents of finished jobs. A dependent whose last open dependency ended becomes
-- ready; one whose parent failed or was cancelled follows its policy: ignore counts as ended, cancel and fail end it
-- here and pass on to its own dependents. p_states: completed, failed, cancelled. p_only: none but these children
-- (jobs just added).
-- Edges are asked for parent by parent (LATERAL with OFFSET): statistics of a table that fills can say it is empty, and a
-- plan that reads it whole compares each edge with each parent.
-- Returns the jobs that ended here with their states, how many became ready, and the lanes of those.
-- Locks: the children's rows of `blocked`, in order of id; only then, under a new snapshot, are they decided on.
CREATE OR REPLACE FUNCTION workers.open_dependents(p_jobs bigint[], p_states text[], p_only bigint[] DEFAULT NULL,
  OUT o_jobs bigint[], OUT o_executions bigint[], OUT o_states text[], OUT o_opened integer, OUT o_lanes integer[])
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_bad bigint[] := array(
    SELECT u.job FROM unnest(p_jobs, p_states) u(job, state) WHERE u.state IN ('failed', 'cancelled'));
  v_doomed bigint[] := '{}';
  v_children bigint[];
  v_cuts integer[];
  v_locked bigint[];
  v_open record;
BEGIN
  o_jobs := '{}'; o_executions := '{}'; o_states := '{}'; o_opened := 0; o_lanes := '{}';
  LOOP
    IF v_bad <> '{}' THEN
      v_doomed := array(
        WITH RECURSIVE doomed(id) AS (
          SELECT d.child_id FROM job_dependency d WHERE d.parent_id = ANY (v_bad) AND d.on_failure <> 'ignore'
            AND (p_only IS NULL OR d.child_id = ANY (p_only))
          UNION
          SELECT d.child_id FROM doomed x CROSS JOIN LATERAL (
            SELECT d.child_id FROM job_dependency d WHERE d.parent_id = x.id AND d.on_failure <> 'ignore' OFFSET 0) d
        ) SELECT x.id FROM doomed x);
    END IF;
    v_children := array(
      SELECT DISTINCT d.child_id FROM unnest(p_jobs || v_doomed) u(id)
      CROSS JOIN LATERAL (SELECT d.child_id FROM job_dependency d WHERE d.parent_id = u.id OFFSET 0) d
      WHERE p_only IS NULL OR d.child_id IN (SELECT unnest(p_only)) ORDER BY 1);
    EXIT WHEN v_children = '{}' OR NOT EXISTS (SELECT unnest(v_children) EXCEPT SELECT unnest(v_locked));
    PERFORM FROM blocked b WHERE b.id = ANY (v_children) ORDER BY b.id FOR UPDATE;
    v_locked := v_children;
    EXIT WHEN v_bad = '{}';  -- with failures the graph below is read again: a job may have been added to it meanwhile
  END LOOP;
  IF v_children = '{}' THEN
    RETURN;
  END IF;
  IF v_doomed <> '{}' THEN
    SELECT x.o_jobs, x.o_executions, x.o_states INTO o_jobs, o_executions, o_states
      FROM workers.end_blocked(v_doomed, v_bad) x;
    PERFORM workers.tally_jobs(o_jobs, o_states);
  END IF;
  SELECT array_agg(c.child), array_agg(c.cut) INTO v_children, v_cuts
  FROM (SELECT d.child_id AS child, count(*)::integer AS cut FROM unnest(p_jobs || o_jobs) u(id)
        CROSS JOIN LATERAL (
          SELECT d.child_id, d.on_failure FROM job_dependency d WHERE d.parent_id = u.id OFFSET 0) d
        WHERE (p_only IS NULL OR d.child_id IN (SELECT unnest(p_only)))
          AND (d.on_failure = 'ignore' OR u.id NOT IN (SELECT unnest(v_bad || o_jobs))) GROUP BY d.child_id) c;
  WITH opened AS (
    DELETE FROM blocked b USING unnest(v_children, v_cuts) c(child, cut) WHERE b.id = c.child AND b.pending = c.cut
    RETURNING b.id, b.execution_id, b.lane_id, greatest(now(), b.run_at) AS run_at
  )
  SELECT array_agg(o.id) AS ids, array_agg(o.execution_id) AS executions, array_agg(o.lane_id) AS lanes,
    array_agg(1::smallint) AS attempts, array_agg(o.run_at) AS run_at INTO v_open FROM opened o;
  IF v_open.ids IS NOT NULL THEN
    PERFORM workers.enqueue(v_open.ids, v_open.executions, v_open.lanes, v_open.attempts, v_open.run_at, true, false);
    o_opened := cardinality(v_open.ids);
    o_lanes := array(SELECT DISTINCT unnest(v_open.lanes));
  END IF;
  IF o_opened < cardinality(v_children) THEN
    UPDATE blocked b SET pending = b.pending - c.cut FROM unnest(v_children, v_cuts) c(child, cut) WHERE b.id = c.child;
  END IF;
END $$;
COMMENT ON FUNCTION workers.open_dependents IS 'Opens, cancels or fails the dependents of finished jobs.';
