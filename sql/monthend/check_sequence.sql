-- monthend.check_sequence: the numbers from the first to the last entry of the batch, each once. The leaves' primary
-- keys exclude a number twice in one leaf, so a range with as many entries as numbers, inside its bounds, has no gap.
CREATE OR REPLACE FUNCTION monthend.check_sequence(p_batch month_end_batch) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  WITH ranges AS (
    SELECT r.number, r.last_entry - r.first_entry + 1 AS room, coalesce(sum(t.entries), 0) AS entries,
      coalesce(min(t.first_entry) < r.first_entry OR max(t.last_entry) > r.last_entry, false) AS outside
    FROM month_end_range r
    LEFT JOIN month_end_posted_total t ON t.batch_id = r.batch_id AND t.range_number = r.number
    WHERE r.batch_id = p_batch.id GROUP BY r.id),
  found AS (
    SELECT coalesce(sum(greatest(room - entries, 0)), 0)::bigint AS gaps,
      coalesce(sum(greatest(entries - room, 0)), 0)::bigint
        + (SELECT count(*) FROM month_end_leaf l WHERE l.batch_id = p_batch.id AND l.keyed_at IS NULL) AS duplicates,
      coalesce(bool_or(outside), false) AS outside
    FROM ranges)
  SELECT monthend.record_check(p_batch.id, 'pre_commit', 'sequence_integrity',
    CASE WHEN gaps = 0 AND duplicates = 0 AND NOT outside THEN 'PASS' ELSE 'FAIL' END,
    CASE WHEN gaps = 0 AND duplicates = 0 AND NOT outside THEN 'No sequence issues'
      ELSE 'Entry numbers are missing, repeated or outside their range' END,
    jsonb_build_object('gaps', gaps, 'duplicates', duplicates)) FROM found;
$$;
COMMENT ON FUNCTION monthend.check_sequence(month_end_batch) IS 'Entry numbers without a gap or a duplicate.';
