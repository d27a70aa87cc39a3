-- ledger.take_import_faults: remove the lines at fault from the staging table; gives the first fault of each.
-- Locks: nothing that others see. Raises: nothing of its own.
CREATE OR REPLACE FUNCTION ledger.take_import_faults(p_source int)
RETURNS TABLE (line_number bigint, column_name text, reason text)
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  fault text := ledger.fault_expression(p_source);
BEGIN
  RETURN QUERY EXECUTE format('DELETE FROM import_stage s WHERE (%1$s) IS NOT NULL
    RETURNING s.line_number, (%1$s)[1], (%1$s)[2]', fault);
END $$;
COMMENT ON FUNCTION ledger.take_import_faults(int) IS 'Remove the lines at fault from the staging table.';
