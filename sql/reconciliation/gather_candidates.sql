-- reconciliation.gather_candidates: what a job reads again: besides what its ranges found (range -1) the open mismatches
-- of the mapping, which may have been mended. Those of another key of the mapping are left alone. A key that several
-- ranges found, as one that moves while they are read, stays a candidate of each, with ids next to each other.
-- Returns the first and last id of blocks of p_block keys, in order; no key is in two of them.
-- Locks: none but the candidates it deletes.
CREATE OR REPLACE FUNCTION reconciliation.gather_candidates(p_job uuid, p_block int)
RETURNS TABLE (o_first bigint, o_last bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_job reconciliation_job;
BEGIN
  SELECT * INTO STRICT v_job FROM reconciliation_job j WHERE j.id = p_job;
  WITH gone AS (
    DELETE FROM candidate c USING (
      SELECT d.id, count(*) OVER (PARTITION BY d.key) AS times FROM candidate d WHERE d.job_id = p_job) d
      WHERE c.id = d.id AND d.times > 1 RETURNING c.range_number, c.key)
  INSERT INTO candidate (job_id, range_number, key)
    SELECT p_job, g.range_number, g.key FROM gone g GROUP BY g.key, g.range_number ORDER BY g.key, g.range_number;
  UPDATE reconciliation_job j SET candidates = (
      SELECT count(DISTINCT c.key) FROM candidate c WHERE c.job_id = p_job)
    WHERE j.id = p_job;
  INSERT INTO candidate (job_id, range_number, key)  -- no join: planned before anything is known of the new rows
    SELECT p_job, -1, k.key FROM (
      SELECT m.key, m.detected_at FROM mismatch m JOIN reconciliation_job s ON s.id = m.job_id
      WHERE m.mapping_id = v_job.mapping_id AND m.resolution_status IN ('PENDING', 'IGNORED')
        AND jsonb_path_query_array(s.definition, '$.columns[*] ? (@.key == true)')
          = jsonb_path_query_array(v_job.definition, '$.columns[*] ? (@.key == true)')
      UNION ALL SELECT c.key, NULL FROM candidate c WHERE c.job_id = p_job) k
    GROUP BY k.key HAVING bool_and(k.detected_at IS NOT NULL) ORDER BY min(k.detected_at), k.key;
  RETURN QUERY
    SELECT min(c.first), max(c.last)
    FROM (SELECT d.first, d.last, (row_number() OVER (ORDER BY d.first) - 1) / p_block AS block FROM (
            SELECT min(e.id) AS first, max(e.id) AS last FROM candidate e WHERE e.job_id = p_job GROUP BY e.key) d) c
    GROUP BY c.block ORDER BY c.block;
END $$;
COMMENT ON FUNCTION reconciliation.gather_candidates IS 'What a job reads again, in blocks.';
