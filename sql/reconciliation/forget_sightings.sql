-- reconciliation.forget_sightings: of the next p_rows sightings above p_after, delete those of past jobs and settled
-- mismatches. o_last as in reconciliation.forget_parts.
-- Locks: the rows it deletes. Raises: nothing.
CREATE OR REPLACE FUNCTION reconciliation.forget_sightings(p_after bigint, p_before timestamptz, p_rows integer,
  p_standing uuid[], OUT o_last bigint, OUT o_forgotten bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_seen bigint;
  v_jobs uuid[];
  v_mismatches uuid[];
BEGIN
  SELECT count(*), max(s.id), array_agg(DISTINCT s.job_id), array_agg(DISTINCT s.mismatch_id)
    INTO v_seen, o_last, v_jobs, v_mismatches
    FROM (SELECT t.* FROM sighting t WHERE t.id > p_after ORDER BY t.id LIMIT p_rows) s;
  DELETE FROM sighting t WHERE t.id > p_after AND t.id <= o_last
    AND t.job_id = ANY (array(SELECT reconciliation.past_jobs(v_jobs, p_before, p_standing)))
    AND t.mismatch_id = ANY (array(SELECT reconciliation.settled_mismatches(v_mismatches, p_before)));
  GET DIAGNOSTICS o_forgotten = ROW_COUNT;
  IF v_seen < p_rows
      OR EXISTS (SELECT FROM reconciliation_job j WHERE j.id = ANY (v_jobs) AND j.created_at >= p_before) THEN
    o_last := NULL;
  END IF;
END $$;
COMMENT ON FUNCTION reconciliation.forget_sightings(bigint, timestamptz, integer, uuid[]) IS
  'Deletes sightings of settled mismatches by past jobs.';
