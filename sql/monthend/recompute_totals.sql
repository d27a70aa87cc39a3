-- monthend.recompute_totals: the totals of one range of a committed batch, read from the journal as it is now, in the
-- form the certificate hashes. Entries that carry another batch's id do not count as this batch's.
CREATE OR REPLACE FUNCTION monthend.recompute_totals(p_batch int, p_first bigint, p_last bigint) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT monthend.totals_document(array_agg(jsonb_populate_record(NULL::month_end_posted_total,
    to_jsonb(t) || jsonb_build_object('source_id', t.source_type))))
  FROM monthend.entry_totals('public.journal_entry'::regclass, p_first, p_last) t WHERE t.batch_id = p_batch;
$$;
COMMENT ON FUNCTION monthend.recompute_totals(int, bigint, bigint)
  IS 'Totals of one range, from the journal as it is now.';
