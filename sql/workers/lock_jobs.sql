-- workers.lock_jobs: keep unfinished jobs of an execution where they are until the transaction ends, and mark them as
-- having dependents. A job that moves while it is looked for is looked for again. Returns those that are finished.
-- Locks: their rows of lease, blocked, ready and held, in this order and each in order of id.
CREATE OR REPLACE FUNCTION workers.lock_jobs(p_execution bigint, p_jobs bigint[]) RETURNS bigint[]
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_found bigint[];
  v_finished bigint[];
BEGIN
  LOOP
    v_found := array(SELECT unnest(x.ids) FROM (SELECT l.ids FROM lease l
        WHERE p_execution = ANY (l.executions) AND l.ids && p_jobs ORDER BY l.id FOR NO KEY UPDATE) x)
      || array(SELECT b.id FROM blocked b WHERE b.id = ANY (p_jobs) ORDER BY b.id FOR UPDATE)
      || array(SELECT unnest(x.ids) FROM (SELECT r.ids FROM ready r
        WHERE r.execution_id = p_execution AND r.ids && p_jobs ORDER BY r.id FOR UPDATE) x)
      || array(SELECT unnest(x.ids) FROM (SELECT h.ids FROM held h
        WHERE h.execution_id = p_execution AND h.ids && p_jobs ORDER BY h.id FOR UPDATE) x);
    v_finished := array(SELECT f.id FROM finished_job f WHERE f.id = ANY (p_jobs));
    EXIT WHEN NOT EXISTS (SELECT unnest(p_jobs) EXCEPT SELECT unnest(v_found || v_finished));
  END LOOP;
  UPDATE lease l SET linked = true WHERE p_execution = ANY (l.executions) AND l.ids && p_jobs AND NOT l.linked;
  UPDATE ready r SET linked = true WHERE r.execution_id = p_execution AND r.ids && p_jobs AND NOT r.linked;
  UPDATE held h SET linked = true WHERE h.execution_id = p_execution AND h.ids && p_jobs AND NOT h.linked;
  RETURN v_finished;
END $$;
COMMENT ON FUNCTION workers.lock_jobs IS 'Keeps unfinished jobs in place; returns those that are finished.';
