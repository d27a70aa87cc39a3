-- monthend.totals_document: totals of one range in the form the certificate hashes. Numbers above 2^53 stand as text.
CREATE OR REPLACE FUNCTION monthend.totals_document(p_totals month_end_posted_total[]) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('source', s.code, 'fund', f.code, 'debit', d.code, 'credit', c.code,
      'entries', t.entries, 'amount', t.amount::numeric(20, 2)::text, 'source_digest', t.source_digest::text,
      'entry_digest', t.entry_digest::text) ORDER BY t.source_id, t.fund_id, d.code, c.code), '[]')
  FROM unnest(p_totals) t
  JOIN transaction_source s ON s.id = t.source_id JOIN fund f ON f.id = t.fund_id
  JOIN account d ON d.id = t.debit_account_id JOIN account c ON c.id = t.credit_account_id;
$$;
COMMENT ON FUNCTION monthend.totals_document(month_end_posted_total[])
  IS 'Totals of one range as the certificate hashes them.';
