-- reconciliation.resolve_mended: set the open mismatches of these fingerprints AUTO_RESOLVED: a job read both sides
-- again and found them equal. Returns how many. Those that people resolved stay as they are.
-- Locks: the mismatches in the order of their fingerprints.
CREATE OR REPLACE FUNCTION reconciliation.resolve_mended(p_job uuid, p_fingerprints text[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_resolved bigint;
BEGIN
  WITH open AS MATERIALIZED (
    SELECT m.id FROM mismatch m
    WHERE m.fingerprint = ANY (p_fingerprints) AND m.resolution_status IN ('PENDING', 'IGNORED')
    ORDER BY m.fingerprint FOR NO KEY UPDATE
  ), resolved AS (
    UPDATE mismatch m SET resolution_status = 'AUTO_RESOLVED', resolved_at = now(), resolved_by_id = NULL,
      ignored_until = NULL, version = m.version + 1
    FROM open o WHERE m.id = o.id RETURNING m.id
  ), told AS (
    INSERT INTO mismatch_event (mismatch_id, job_id, name) SELECT r.id, p_job, 'auto_resolved' FROM resolved r
  )
  SELECT count(*) INTO v_resolved FROM resolved;
  RETURN v_resolved;
END $$;
COMMENT ON FUNCTION reconciliation.resolve_mended IS 'Sets open mismatches AUTO_RESOLVED that a job found equal.';
