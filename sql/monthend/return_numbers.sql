-- monthend.return_numbers: give back the run of entry numbers that a batch reserved and did not use. Only the batch
-- that holds the ledger has reserved the last run, so nothing lies behind it.
CREATE OR REPLACE FUNCTION monthend.return_numbers(p_batch int) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  UPDATE entry_number_counter c SET next_number = b.first_entry
  FROM month_end_batch b WHERE b.id = p_batch AND c.next_number = b.last_entry + 1;
$$;
COMMENT ON FUNCTION monthend.return_numbers(int) IS 'Give back the entry numbers that a batch did not use.';
