-- monthend.posted_keys: source keys between two bounds that stand posted for a period, read from the entries
-- themselves. Only blocks with holes are read; the others are excluded as spans (monthend.source_condition). The
-- block says where in the journal to look, so a span costs an index range and not a scan.
CREATE OR REPLACE FUNCTION monthend.posted_keys(p_period int, p_source smallint, p_first bigint, p_last bigint)
RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 10000 SET search_path = pg_catalog, public AS $$
  SELECT DISTINCT e.source_id
  FROM monthend.posted_blocks(p_period, p_source) b
  CROSS JOIN LATERAL (
    SELECT j.source_id FROM journal_entry j
    WHERE j.entry_number BETWEEN b.first_entry AND b.first_entry + b.entries - 1) e
  WHERE b.first_key <= p_last AND b.last_key >= p_first
    AND b.transactions < b.last_key - b.first_key + 1;
$$;
COMMENT ON FUNCTION monthend.posted_keys(int, smallint, bigint, bigint)
  IS 'Source keys between two bounds that stand posted for a period.';
