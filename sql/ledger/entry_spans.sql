-- ledger.entry_spans: where in the journal the entries of one source row can be, as spans of entry numbers. The blocks of
-- the batches in the books are the map; an index on thirty million source ids would cost the close seconds and be asked
-- a few times a day. A reversal's blocks map the entry numbers that it mirrors.
CREATE OR REPLACE FUNCTION ledger.entry_spans(p_source int, p_key bigint)
RETURNS TABLE (first_entry bigint, last_entry bigint)
LANGUAGE sql STABLE ROWS 10 SET search_path = pg_catalog, public AS $$
  WITH posted AS (
    SELECT b.batch_id, b.first_entry, b.first_entry + b.entries - 1 AS last_entry
    FROM month_end_block b JOIN month_end_batch m ON m.id = b.batch_id
    WHERE b.source_id = p_source AND b.first_key <= p_key AND b.last_key >= p_key
      AND m.reverses_id IS NULL AND m.status IN ('COMMITTED', 'REVERSED'))
  SELECT p.first_entry, p.last_entry FROM posted p
  UNION ALL
  SELECT b.first_entry, b.first_entry + b.entries - 1
  FROM posted p
  JOIN month_end_batch m ON m.reverses_id = p.batch_id AND m.status = 'COMMITTED'
  JOIN month_end_block b ON b.batch_id = m.id AND b.first_key <= p.last_entry AND b.last_key >= p.first_entry;
$$;
COMMENT ON FUNCTION ledger.entry_spans(int, bigint) IS 'Where in the journal the entries of one source row can be.';
