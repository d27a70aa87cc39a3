-- monthend.require_proof: refuse to commit a batch whose pre-commit layer is not complete and clean, or a dry run.
-- Raises: TU105 not proved.
CREATE OR REPLACE FUNCTION monthend.require_proof(p_batch month_end_batch) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
BEGIN
  IF p_batch.dry_run OR p_batch.validated_at IS NULL
    OR EXISTS (SELECT FROM month_end_validation v WHERE v.batch_id = p_batch.id AND v.status = 'FAIL')
    OR 5 <> (SELECT count(*) FROM month_end_validation v WHERE v.batch_id = p_batch.id AND v.layer = 'pre_commit')
    OR EXISTS (SELECT FROM month_end_range r WHERE r.batch_id = p_batch.id AND r.validated_at IS NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'TU105',
      MESSAGE = format('Batch %s is not proved: its validation must pass before it can be committed.',
        p_batch.batch_id);
  END IF;
END $$;
COMMENT ON FUNCTION monthend.require_proof(month_end_batch) IS 'Refuse to commit what is not proved.';
