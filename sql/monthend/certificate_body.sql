-- monthend.certificate_body: the document that proves a batch (version 1): what was read, under which rules, what was
-- posted by range with totals and digests, and the digest of the certificate before it. jsonb text has one order of
-- keys, so the same facts always give the same bytes.
CREATE OR REPLACE FUNCTION monthend.certificate_body(p_batch int, p_number bigint, p_previous text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT jsonb_build_object('version', 1, 'number', p_number, 'previous', p_previous, 'batch_id', b.batch_id,
    'period', p.code, 'batch_type', b.batch_type,
    'reverses', (SELECT o.batch_id FROM month_end_batch o WHERE o.id = b.reverses_id),
    'first_entry', b.first_entry, 'last_entry', b.last_entry, 'transactions', b.expected_transactions,
    'entries', b.expected_entries, 'amount', b.expected_amount::text, 'rules', b.rules_fingerprint,
    'inputs', coalesce((SELECT jsonb_agg(jsonb_build_object('source', s.code, 'last_key', i.last_key,
        'condition', encode(sha256(convert_to(i.condition, 'UTF8')), 'hex')) ORDER BY i.source_id)
      FROM month_end_input i JOIN transaction_source s ON s.id = i.source_id WHERE i.batch_id = b.id), '[]'),
    'ranges', coalesce((SELECT jsonb_agg(jsonb_build_object('range', r.number, 'first_entry', r.first_entry,
        'last_entry', r.last_entry, 'transactions', r.transactions, 'totals', t.totals) ORDER BY r.number)
      FROM month_end_range r CROSS JOIN LATERAL (
        SELECT monthend.totals_document(array_agg(x)) AS totals FROM month_end_posted_total x
        WHERE x.batch_id = b.id AND x.range_number = r.number) t
      WHERE r.batch_id = b.id), '[]'))::text
  FROM month_end_batch b JOIN accounting_period p ON p.id = b.period_id WHERE b.id = p_batch;
$$;
COMMENT ON FUNCTION monthend.certificate_body(int, bigint, text) IS 'The document that proves a batch.';
