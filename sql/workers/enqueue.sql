-- workers.enqueue: put jobs where they wait: in rows of up to 100 ids of one lane, execution, attempt and due time.
-- Jobs of an execution with a parallelism go to `held`, from where workers.admit lets them through; the others to
-- `ready`. p_linked: a job among them may have dependents. p_again: they were claimed before.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.enqueue(p_jobs bigint[], p_executions bigint[], p_lanes integer[],
  p_attempts smallint[], p_run_at timestamptz[], p_linked boolean, p_again boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN  -- plpgsql keeps the plan; before PostgreSQL 18 an sql function plans anew in every call
  IF cardinality(p_jobs) = 1 THEN  -- a third of the time of a submission of one job otherwise
    INSERT INTO ready (lane_id, priority, run_at, execution_id, attempt, linked, again, ids)
    SELECT n.id, n.priority, p_run_at[1], e.id, p_attempts[1], p_linked, p_again, p_jobs
    FROM lane n, execution e WHERE n.id = p_lanes[1] AND e.id = p_executions[1] AND e.parallelism IS NULL;
    IF FOUND THEN
      RETURN;
    END IF;
  END IF;
  WITH part AS MATERIALIZED (
    SELECT n.lane, n.run_at, n.execution, n.attempt, array_agg(n.job ORDER BY n.job) AS ids
    FROM (SELECT u.*, (row_number() OVER same - 1) / 100 AS part
          FROM unnest(p_jobs, p_executions, p_lanes, p_attempts, p_run_at) u(job, execution, lane, attempt, run_at)
          WINDOW same AS (PARTITION BY u.execution, u.lane, u.attempt, u.run_at ORDER BY u.job)) n
    GROUP BY n.lane, n.run_at, n.execution, n.attempt, n.part
  ), now_ready AS (
    INSERT INTO ready (lane_id, priority, run_at, execution_id, attempt, linked, again, ids)
    SELECT p.lane, n.priority, p.run_at, p.execution, p.attempt, p_linked, p_again, p.ids
    FROM part p JOIN execution e ON e.id = p.execution JOIN lane n ON n.id = p.lane
    WHERE e.parallelism IS NULL ORDER BY p.run_at, p.ids[1]
  )
  INSERT INTO held (lane_id, run_at, execution_id, attempt, linked, again, ids)
  SELECT p.lane, p.run_at, p.execution, p.attempt, p_linked, p_again, p.ids
  FROM part p JOIN execution e ON e.id = p.execution WHERE e.parallelism IS NOT NULL ORDER BY p.run_at, p.ids[1];
END $$;
COMMENT ON FUNCTION workers.enqueue IS 'Puts jobs into ready, or into held when their execution has a parallelism.';
