-- monthend.check_linkage: every entry stands for the source row and amount that was planned, by digest of every range.
CREATE OR REPLACE FUNCTION monthend.check_linkage(p_batch month_end_batch) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  WITH found AS (
    SELECT count(*) AS ranges, count(*) FILTER (WHERE r.validated_at IS NULL
      OR EXISTS (SELECT FROM monthend.range_differences(p_batch.id, r.number))) AS wrong
    FROM month_end_range r WHERE r.batch_id = p_batch.id)
  SELECT monthend.record_check(p_batch.id, 'pre_commit', 'source_linkage',
    CASE WHEN wrong = 0 THEN 'PASS' ELSE 'FAIL' END,
    CASE WHEN wrong = 0 THEN 'Every entry matches its source row'
      ELSE format('%s of %s ranges do not match their source rows', wrong, ranges) END,
    jsonb_build_object('expected', ranges, 'actual', ranges - wrong)) FROM found;
$$;
COMMENT ON FUNCTION monthend.check_linkage(month_end_batch) IS 'Every entry stands for a planned source row.';
