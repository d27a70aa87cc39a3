-- reconciliation.cover: what a job that compared everything byte by byte has proved. A range whose candidates were all
-- equal when they were read again is EQUAL; each EQUAL range is written down. Older proofs go: everything was looked at
-- again, in ranges that needn't have the bounds of before. Ranges that one side alone has prove nothing unless the other
-- side's are EQUAL too.
-- Locks: the ranges and coverage rows it changes.
CREATE OR REPLACE FUNCTION reconciliation.cover(p_job uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_job reconciliation_job;
BEGIN
  SELECT * INTO STRICT v_job FROM reconciliation_job j WHERE j.id = p_job;
  IF v_job.validation_strategy <> 'CHECKSUM' THEN
    RETURN;
  END IF;
  UPDATE reconciliation_range r SET state = 'EQUAL'
    WHERE r.job_id = p_job AND r.state = 'DIFFERENT' AND r.candidates > 0 AND r.differing = 0;
  DELETE FROM coverage c WHERE c.mapping_id = v_job.mapping_id;
  INSERT INTO coverage (mapping_id, job_id, mapping_version, canonical_version, lower, upper, rows)
    SELECT v_job.mapping_id, p_job, v_job.mapping_version, v_job.canonical_version, r.lower, r.upper, r.source_rows
    FROM reconciliation_range r
    WHERE r.job_id = p_job AND r.state = 'EQUAL' AND (r.direction = 'BOTH' OR r.direction = 'SOURCE' AND NOT EXISTS (
      SELECT FROM reconciliation_range t
      WHERE t.job_id = p_job AND t.direction = 'TARGET' AND t.state NOT IN ('EQUAL', 'SPLIT')))
    ORDER BY r.number;
END $$;
COMMENT ON FUNCTION reconciliation.cover IS 'Writes down which ranges a job proved equal.';
