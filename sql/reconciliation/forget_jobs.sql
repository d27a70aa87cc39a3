-- reconciliation.forget_jobs: of the next p_rows jobs that were made later than p_after (microseconds since 1970; more
-- when several were made at once), delete the past ones that nothing refers to: no range, candidate or sighting is left
-- of them, no mismatch and no line of history names them, nor does the audit trail. o_last is where to go on, NULL at
-- the end.
-- Locks: the rows it deletes. Raises: nothing.
CREATE OR REPLACE FUNCTION reconciliation.forget_jobs(p_after bigint, p_before timestamptz, p_rows integer,
  p_standing uuid[], OUT o_last bigint, OUT o_forgotten bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_seen bigint;
  v_jobs uuid[];
BEGIN
  SELECT count(*), (extract(epoch FROM max(s.created_at)) * 1000000)::bigint, array_agg(s.id) INTO v_seen, o_last, v_jobs
  FROM (SELECT j.id, j.created_at FROM reconciliation_job j
        WHERE j.created_at > timestamptz 'epoch' + p_after * interval '1 microsecond' AND j.created_at < p_before
        ORDER BY j.created_at FETCH FIRST p_rows ROWS WITH TIES) s;
  DELETE FROM reconciliation_job j
    WHERE j.id = ANY (array(SELECT reconciliation.past_jobs(v_jobs, p_before, p_standing)))
      AND NOT EXISTS (SELECT FROM reconciliation_range r WHERE r.job_id = j.id)
      AND NOT EXISTS (SELECT FROM candidate c WHERE c.job_id = j.id)
      AND NOT EXISTS (SELECT FROM sighting s WHERE s.job_id = j.id)
      AND NOT EXISTS (SELECT FROM mismatch m WHERE m.job_id = j.id)
      AND NOT EXISTS (SELECT FROM mismatch_event e WHERE e.job_id = j.id)
      AND NOT EXISTS (SELECT FROM audit_entry a
                      WHERE a.operation = 'reconciliation.trigger' AND a.after ->> 'job' = j.id::text);
  GET DIAGNOSTICS o_forgotten = ROW_COUNT;
  IF v_seen < p_rows THEN
    o_last := NULL;
  END IF;
END $$;
COMMENT ON FUNCTION reconciliation.forget_jobs(bigint, timestamptz, integer, uuid[]) IS
  'Deletes past jobs that nothing refers to.';
