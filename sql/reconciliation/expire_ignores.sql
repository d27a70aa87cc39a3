-- reconciliation.expire_ignores: mismatches of a mapping that were ignored until a moment that has passed are PENDING.
-- Returns how many.
-- Locks: the mismatches in the order of their fingerprints.
CREATE OR REPLACE FUNCTION reconciliation.expire_ignores(p_job uuid) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_expired bigint;
BEGIN
  WITH over AS MATERIALIZED (
    SELECT m.id FROM mismatch m JOIN reconciliation_job j ON j.mapping_id = m.mapping_id
    WHERE j.id = p_job AND m.resolution_status = 'IGNORED' AND m.ignored_until <= now()
    ORDER BY m.fingerprint FOR NO KEY UPDATE OF m
  ), opened AS (
    UPDATE mismatch m SET resolution_status = 'PENDING', resolution_notes = NULL, resolved_at = NULL,
      resolved_by_id = NULL, ignored_until = NULL, version = m.version + 1
    FROM over o WHERE m.id = o.id RETURNING m.id
  ), told AS (
    INSERT INTO mismatch_event (mismatch_id, job_id, name) SELECT o.id, p_job, 'expired' FROM opened o
  )
  SELECT count(*) INTO v_expired FROM opened;
  RETURN v_expired;
END $$;
COMMENT ON FUNCTION reconciliation.expire_ignores IS 'Opens mismatches again whose ignoring has ended.';
