-- monthend.certificate_problems: what is wrong with the certificate of a batch; no row when it holds. Checks the
-- digest of its text, its place in the chain, every fact of it against the plan and the totals that were read back when
-- it was written, and these against the journal as it is now.
CREATE OR REPLACE FUNCTION monthend.certificate_problems(p_batch int)
RETURNS TABLE (rule text, range_number int, entry_number bigint, source_id bigint, message text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  WITH held AS (
    SELECT c.*, b.batch_id AS name, lag_.digest AS digest_before, b.status
    FROM month_end_batch b
    LEFT JOIN month_end_certificate c ON c.batch_id = b.id
    LEFT JOIN month_end_certificate lag_ ON lag_.number = c.number - 1
    WHERE b.id = p_batch),
  body AS (
    SELECT h.*, monthend.parsed(h.body) AS document,
      monthend.certificate_body(p_batch, h.number, h.previous_digest)::jsonb AS facts FROM held h)
  SELECT 'certificate_missing', NULL::int, NULL::bigint, NULL::bigint, format('Batch %s has no certificate.', b.name)
    FROM body b WHERE b.id IS NULL
  UNION ALL
  SELECT 'certificate_text', NULL, NULL, NULL, format('The text of certificate %s was edited: its SHA-256 differs.',
    b.number)
    FROM body b WHERE b.digest <> encode(sha256(convert_to(b.body, 'UTF8')), 'hex') OR b.document IS NULL
  UNION ALL
  SELECT 'certificate_chain', NULL, NULL, NULL, format('Certificate %s does not follow from the one before it.',
    b.number)
    FROM body b WHERE b.previous_digest <> coalesce(b.digest_before, '')
      OR b.document ->> 'previous' IS DISTINCT FROM b.previous_digest
      OR b.document ->> 'number' IS DISTINCT FROM b.number::text
      OR (b.number > 1 AND b.digest_before IS NULL)
  UNION ALL
  SELECT 'certificate_facts', NULL, NULL, NULL, format('Certificate %s speaks of other figures than batch %s.',
    b.number, b.name)
    FROM body b WHERE b.document - 'previous' IS DISTINCT FROM b.facts - 'previous' AND b.id IS NOT NULL
  UNION ALL
  SELECT 'range_digest', (r ->> 'range')::int, NULL, NULL,
      format('Range %s (entries %s to %s) is not what certificate %s says.', r ->> 'range', r ->> 'first_entry',
        r ->> 'last_entry', b.number)
    FROM body b, jsonb_array_elements(b.facts -> 'ranges') r
    WHERE r -> 'totals' IS DISTINCT FROM
      monthend.recompute_totals(p_batch, (r ->> 'first_entry')::bigint, (r ->> 'last_entry')::bigint);
$$;
COMMENT ON FUNCTION monthend.certificate_problems(int) IS 'What is wrong with the certificate of a batch.';
