-- monthend.entry_problems: entries of a committed batch that are missing or do not say what their source row and the
-- batch's frozen rules say; no row when all agree. Reads range by range; at most 100 rows a range. Whether the entry
-- or the source was changed shows in the certificate: an entry changed breaks its range's digest, a source row does
-- not.
CREATE OR REPLACE FUNCTION monthend.entry_problems(p_batch int)
RETURNS TABLE (rule text, range_number int, entry_number bigint, source_id bigint, message text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  batch month_end_batch;
  range month_end_range;
  block month_end_block;
  input month_end_input;
BEGIN
  SELECT * INTO STRICT batch FROM month_end_batch m WHERE m.id = p_batch;
  FOR range IN SELECT * FROM month_end_range r WHERE r.batch_id = p_batch ORDER BY r.number LOOP
    RETURN QUERY SELECT 'entry_missing', range.number, g.n, NULL::bigint,
        format('Entry %s of batch %s is missing.', g.n, batch.batch_id)
      FROM generate_series(range.first_entry, range.last_entry) g(n)
      WHERE range.entries <> (SELECT count(*) FROM journal_entry e
          WHERE e.entry_number BETWEEN range.first_entry AND range.last_entry)
        AND NOT EXISTS (SELECT FROM journal_entry e WHERE e.entry_number = g.n)
      LIMIT 100;
    RETURN QUERY SELECT 'entry_foreign', range.number, e.entry_number, e.source_id,
        format('Entry %s lies among those of batch %s but names batch number %s and source %s.', e.entry_number,
          batch.batch_id, e.batch_id, e.source_type)
      FROM journal_entry e
      WHERE e.entry_number BETWEEN range.first_entry AND range.last_entry
        AND (e.batch_id <> p_batch OR e.source_type NOT IN (
          SELECT b.source_id FROM month_end_block b WHERE b.batch_id = p_batch AND b.range_number = range.number))
      LIMIT 100;
    IF batch.reverses_id IS NULL THEN
      FOR input IN SELECT * FROM month_end_input i WHERE i.batch_id = p_batch AND EXISTS (
          SELECT FROM month_end_block b WHERE b.batch_id = p_batch AND b.range_number = range.number
            AND b.source_id = i.source_id) LOOP
        RETURN QUERY EXECUTE monthend.mismatch_select(batch, range, input);
      END LOOP;
    ELSE
      FOR block IN SELECT * FROM month_end_block b WHERE b.batch_id = p_batch AND b.range_number = range.number LOOP
        RETURN QUERY SELECT 'mirror_mismatch', range.number, e.entry_number, e.source_id,
            format('Entry %s does not mirror entry %s.', e.entry_number,
              block.first_key + e.entry_number - block.first_entry)
          FROM journal_entry e
          LEFT JOIN journal_entry o ON o.entry_number = block.first_key + e.entry_number - block.first_entry
          WHERE e.entry_number BETWEEN block.first_entry AND block.first_entry + block.entries - 1
            AND (o.source_type, o.source_id, o.fund_id, o.debit_account_id, o.credit_account_id, o.amount)
              IS DISTINCT FROM
              (e.source_type, e.source_id, e.fund_id, e.credit_account_id, e.debit_account_id, e.amount)
          LIMIT 100;
      END LOOP;
    END IF;
  END LOOP;
END $$;
COMMENT ON FUNCTION monthend.entry_problems(int) IS 'Entries of a batch that are missing or do not match their source.';
