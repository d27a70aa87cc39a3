-- monthend.check_count: as many entries as planned.
CREATE OR REPLACE FUNCTION monthend.check_count(p_batch month_end_batch) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  SELECT monthend.record_check(p_batch.id, 'pre_commit', 'record_count',
    CASE WHEN a.entries = p_batch.expected_entries THEN 'PASS' ELSE 'FAIL' END,
    CASE WHEN a.entries = p_batch.expected_entries THEN 'Record count matches'
      ELSE format('%s entries were planned, the leaves hold %s', p_batch.expected_entries, a.entries) END,
    jsonb_build_object('expected', p_batch.expected_entries, 'actual', a.entries))
  FROM (SELECT coalesce(sum(t.entries), 0)::bigint AS entries FROM month_end_posted_total t
    WHERE t.batch_id = p_batch.id) a;
$$;
COMMENT ON FUNCTION monthend.check_count(month_end_batch) IS 'As many entries as planned.';
