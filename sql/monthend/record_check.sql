-- monthend.record_check: store how one check of a batch ended; a later run of the same check replaces it.
CREATE OR REPLACE FUNCTION monthend.record_check(
  p_batch int, p_layer text, p_name text, p_status text, p_message text, p_details jsonb)
RETURNS void LANGUAGE sql SET search_path = pg_catalog, public AS $$
  INSERT INTO month_end_validation (batch_id, layer, name, status, message, details, at)
  VALUES (p_batch, p_layer, p_name, p_status, p_message, p_details, clock_timestamp())
  ON CONFLICT (batch_id, layer, name, range_number) DO UPDATE
    SET status = excluded.status, message = excluded.message, details = excluded.details, at = excluded.at;
$$;
COMMENT ON FUNCTION monthend.record_check(int, text, text, text, text, jsonb)
  IS 'Store how one check of a batch ended.';
