-- workers.claim_mark: where this session last claimed in a stream (a lane, or a class for those who serve many lanes),
-- if it looked at the stream's start within about a second. Under a pinned snapshot claimed rows stay as dead entries
-- at the start of the index; a claim that begins at the mark skips them. The price: a row that commits late with an
-- earlier due time is seen up to a second late. Without a mark: the start.
-- Locks: nothing; the mark is a setting of the session, and behind a transaction pooler a mere hint.
CREATE OR REPLACE FUNCTION workers.claim_mark(p_stream text, OUT o_look timestamptz, OUT o_run_at timestamptz,
  OUT o_id bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  v_parts text[] := string_to_array(current_setting('tutup.' || p_stream, true), '|');
BEGIN
  IF cardinality(v_parts) = 3 AND v_parts[1]::timestamptz > clock_timestamp() THEN
    o_look := v_parts[1];
    o_run_at := v_parts[2];
    o_id := v_parts[3];
  ELSE
    o_run_at := '-infinity';
    o_id := 0;
  END IF;
END $$;
COMMENT ON FUNCTION workers.claim_mark IS 'The place from which this session goes on claiming in a stream.';
