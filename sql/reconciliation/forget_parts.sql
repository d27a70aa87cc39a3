-- reconciliation.forget_parts: of the next p_rows rows of p_table (reconciliation_range, candidate) above p_after, delete
-- those of past jobs. o_last is where to go on, NULL at the end: what comes after a row of a job that began later than
-- p_before is younger still.
-- Locks: the rows it deletes. Raises: nothing.
CREATE OR REPLACE FUNCTION reconciliation.forget_parts(p_table text, p_after bigint, p_before timestamptz,
  p_rows integer, p_standing uuid[], OUT o_last bigint, OUT o_forgotten bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_seen bigint;
  v_jobs uuid[];
BEGIN
  EXECUTE format('SELECT count(*), max(s.id), array_agg(DISTINCT s.job_id)
    FROM (SELECT t.id, t.job_id FROM %I t WHERE t.id > $1 ORDER BY t.id LIMIT $2) s', p_table)
    INTO v_seen, o_last, v_jobs USING p_after, p_rows;
  EXECUTE format('DELETE FROM %I t WHERE t.id > $1 AND t.id <= $2 AND t.job_id = ANY ($3)', p_table)
    USING p_after, o_last, array(SELECT reconciliation.past_jobs(v_jobs, p_before, p_standing));
  GET DIAGNOSTICS o_forgotten = ROW_COUNT;
  IF v_seen < p_rows
      OR EXISTS (SELECT FROM reconciliation_job j WHERE j.id = ANY (v_jobs) AND j.created_at >= p_before) THEN
    o_last := NULL;
  END IF;
END $$;
COMMENT ON FUNCTION reconciliation.forget_parts(text, bigint, timestamptz, integer, uuid[]) IS
  'Deletes ranges or candidates of past jobs.';
