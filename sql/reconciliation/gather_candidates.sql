-- reconciliation.gather_candidates: what a job reads again: each key once, and besides what its ranges found (range -1)
-- the open mismatches of the mapping, which may have been mended. Those of another key of the mapping are left alone.
-- Returns the first and last id of blocks of p_block candidates, in order.
-- Locks: none but the candidates it deletes.
CREATE OR REPLACE FUNCTION reconciliation.gather_candidates(p_job uuid, p_block int)
RETURNS TABLE (o_first bigint, o_last bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_job reconciliation_job;
BEGIN
  SELECT * INTO STRICT v_job FROM reconciliation_job j WHERE j.id = p_job;
  DELETE FROM candidate c USING (
    SELECT d.id, row_number() OVER (PARTITION BY d.key ORDER BY d.range_number < 0, d.id) AS place
    FROM candidate d WHERE d.job_id = p_job) d
    WHERE c.id = d.id AND d.place > 1;
  UPDATE reconciliation_job j SET candidates = (
      SELECT count(*) FROM candidate c WHERE c.job_id = p_job AND c.range_number >= 0)
    WHERE j.id = p_job;
  INSERT INTO candidate (job_id, range_number, key)
    SELECT p_job, -1, m.key FROM mismatch m JOIN reconciliation_job s ON s.id = m.job_id
    WHERE m.mapping_id = v_job.mapping_id AND m.resolution_status IN ('PENDING', 'IGNORED')
      AND jsonb_path_query_array(s.definition, '$.columns[*] ? (@.key == true)')
        = jsonb_path_query_array(v_job.definition, '$.columns[*] ? (@.key == true)')
      AND NOT EXISTS (SELECT FROM candidate c WHERE c.job_id = p_job AND c.key = m.key)
    ORDER BY m.detected_at, m.id;
  RETURN QUERY
    SELECT min(c.id), max(c.id)
    FROM (SELECT d.id, (row_number() OVER (ORDER BY d.id) - 1) / p_block AS block
          FROM candidate d WHERE d.job_id = p_job) c
    GROUP BY c.block ORDER BY c.block;
END $$;
COMMENT ON FUNCTION reconciliation.gather_candidates IS 'What a job reads again, in blocks.';
