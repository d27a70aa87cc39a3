-- reconciliation.ignore_covered: set the pending mismatches IGNORED that a row rule covers now. p_covered is a list of
-- {fingerprint, reason, until}: of the rule, until its end. Returns how many.
-- Locks: the mismatches in the order of their fingerprints.
CREATE OR REPLACE FUNCTION reconciliation.ignore_covered(p_job uuid, p_covered jsonb) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_ignored bigint;
BEGIN
  WITH open AS MATERIALIZED (
    SELECT m.id, c.reason, c.until
    FROM mismatch m JOIN jsonb_to_recordset(p_covered) AS c (fingerprint text, reason text, until timestamptz)
      ON m.fingerprint = c.fingerprint
    WHERE m.resolution_status = 'PENDING'
    ORDER BY m.fingerprint FOR NO KEY UPDATE OF m
  ), ignored AS (
    UPDATE mismatch m SET resolution_status = 'IGNORED', resolution_notes = o.reason, resolved_at = now(),
      resolved_by_id = NULL, ignored_until = o.until, version = m.version + 1
    FROM open o WHERE m.id = o.id RETURNING m.id, o.reason
  ), told AS (
    INSERT INTO mismatch_event (mismatch_id, job_id, name, note) SELECT i.id, p_job, 'covered', i.reason FROM ignored i
  )
  SELECT count(*) INTO v_ignored FROM ignored;
  RETURN v_ignored;
END $$;
COMMENT ON FUNCTION reconciliation.ignore_covered IS 'Sets pending mismatches IGNORED that a row rule covers.';
