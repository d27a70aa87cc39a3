-- monthend.write_certificate: write the certificate of a batch and chain it to the one before. Called under the
-- month-end lock.
CREATE OR REPLACE FUNCTION monthend.write_certificate(p_batch int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  last month_end_certificate;
  body text;
BEGIN
  SELECT * INTO last FROM month_end_certificate c ORDER BY c.number DESC LIMIT 1;
  body := monthend.certificate_body(p_batch, coalesce(last.number, 0) + 1, coalesce(last.digest, ''));
  INSERT INTO month_end_certificate (batch_id, number, version, body, digest, previous_digest)
    VALUES (p_batch, coalesce(last.number, 0) + 1, 1, body, encode(sha256(convert_to(body, 'UTF8')), 'hex'),
      coalesce(last.digest, ''));
END $$;
COMMENT ON FUNCTION monthend.write_certificate(int) IS 'Write the certificate of a batch.';
