-- ledger.generate_claims: rows p_from to p_to (from 0) of a run of p_total claims, as ledger.generate_premiums.
-- Locks: nothing. Raises: nothing of its own.
CREATE OR REPLACE FUNCTION ledger.generate_claims(p_start date, p_days int, p_seed bigint, p_prefix text,
  p_first_id bigint, p_first_number bigint, p_total bigint, p_from bigint, p_to bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  products text[] := '{HYBRID-LIFE-001,FAMILY-TAKAFUL-002,MOTOR-COMPREHENSIVE-003,HEALTH-CARE-004}';
  types text[] := (SELECT array_agg(t.code ORDER BY t.code) FROM claim_type t WHERE t.active);
  added bigint;
BEGIN
  INSERT INTO claim_transaction (id, claim_id, policy_id, claim_date, claim_type, claim_amount, fund_tabarru,
      fund_tanahud, fund_ujroh, fund_qard_hasan, product_code, status)
    SELECT p_first_id + r.i, p_prefix || lpad((p_first_number + r.i)::text, 10, '0'),
      'POL-' || lpad((r.h % 1000000)::text, 7, '0'), r.day, types[1 + (r.h >> 20) % cardinality(types)],
      r.cents * 0.01, (r.cents * 3 / 5) * 0.01, (r.cents * 3 / 10) * 0.01, 0,
      (r.cents - r.cents * 3 / 5 - r.cents * 3 / 10) * 0.01, products[1 + (r.h >> 24) % 4], 'APPROVED'
    FROM (
      SELECT i, h, p_start + (i * p_days / p_total)::int AS day, 10000 + (h >> 26) % 4990001 AS cents
      FROM (SELECT i, hashint8extended(p_first_number + i, p_seed) & 9223372036854775807 AS h
            FROM generate_series(p_from, p_to) AS i) AS hashed) AS r;
  GET DIAGNOSTICS added = ROW_COUNT;
  RETURN added;
END $$;
COMMENT ON FUNCTION ledger.generate_claims(date, int, bigint, text, bigint, bigint, bigint, bigint, bigint)
  IS 'Generate a span of claims, the same ones for the same seed.';
