-- workers.claim_waste: what a claim without a mark reads in vain: index entries of dead rows before the first live row,
-- over all lanes. The server counts the entries that it reads for this; a row is found for each lane with work.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION workers.claim_waste() RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  v_before bigint := pg_stat_get_xact_tuples_returned('ready_pkey'::regclass);
  v_found bigint;
BEGIN
  SELECT count(*) INTO v_found FROM lane l CROSS JOIN LATERAL (
    SELECT r.run_at FROM ready r WHERE r.lane_id = l.id ORDER BY r.lane_id, r.run_at, r.id LIMIT 1) f;
  RETURN pg_stat_get_xact_tuples_returned('ready_pkey'::regclass) - v_before - v_found;
END $$;
COMMENT ON FUNCTION workers.claim_waste IS 'Index entries that claims read in vain.';
