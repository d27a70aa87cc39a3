-- workers.report: apply a worker's results. Returns the jobs whose results counted, with their states, and whether
-- any of them may have dependents; a job that its claim no longer holds is left out.
-- Locks: the leases of all results, in order of id.
CREATE OR REPLACE FUNCTION workers.report(p_worker integer, p_jobs bigint[], p_fences bigint[], p_outputs jsonb,
  p_failures jsonb, OUT o_jobs bigint[], OUT o_executions bigint[], OUT o_states text[], OUT o_linked boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_fences bigint[];
  v_failed record;
BEGIN
  IF p_failures IS NOT NULL THEN
    v_fences := p_fences || array(SELECT (f ->> 'fence')::bigint FROM jsonb_array_elements(p_failures) f);
    PERFORM FROM lease l WHERE l.id = ANY (v_fences) AND l.worker_id = p_worker ORDER BY l.id FOR NO KEY UPDATE;
  END IF;
  IF p_jobs IS NOT NULL THEN
    SELECT c.o_jobs, c.o_executions, array_fill('completed'::text, ARRAY[cardinality(c.o_jobs)]), c.o_linked
      INTO o_jobs, o_executions, o_states, o_linked
      FROM workers.complete_jobs(p_worker, p_jobs, p_fences, p_outputs,
        p_failures IS NULL AND p_fences[1] = ALL (p_fences)) c;
  ELSE
    o_jobs := '{}'; o_executions := '{}'; o_states := '{}'; o_linked := false;
  END IF;
  IF p_failures IS NOT NULL THEN
    SELECT e.* INTO v_failed
    FROM (SELECT array_agg(f.job) AS jobs, array_agg(f.fence) AS fences, array_agg(f.outcome) AS outcomes,
            array_agg(f.error) AS errors, array_agg(f.until) AS until
          FROM jsonb_to_recordset(p_failures) f(job bigint, fence bigint, outcome text, error text, until timestamptz)
          JOIN lease l ON l.id = f.fence AND l.worker_id = p_worker) g,
      LATERAL workers.end_attempts(g.jobs, g.fences, g.outcomes, g.errors, g.until) e;
    o_jobs := o_jobs || v_failed.o_jobs;
    o_executions := o_executions || v_failed.o_executions;
    o_states := o_states || v_failed.o_states;
    o_linked := true;
  END IF;
END $$;
COMMENT ON FUNCTION workers.report IS 'Applies the results of a worker; returns the jobs for which they counted.';
