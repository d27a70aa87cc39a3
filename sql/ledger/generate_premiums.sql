-- ledger.generate_premiums: rows p_from to p_to (from 0) of a run of p_total premiums, each with three funds.
-- Everything but the date comes from a hash of the row's number and the seed, so the same call gives the same rows.
-- Dates rise through the month. Locks: nothing. Raises: nothing of its own.
CREATE OR REPLACE FUNCTION ledger.generate_premiums(p_start date, p_days int, p_seed bigint, p_prefix text,
  p_first_id bigint, p_first_number bigint, p_total bigint, p_from bigint, p_to bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  products text[] := '{HYBRID-LIFE-001,FAMILY-TAKAFUL-002,MOTOR-COMPREHENSIVE-003,HEALTH-CARE-004}';
  plans text[] := '{BASIC,STANDARD,FULL}';
  methods text[] := '{MONTHLY,QUARTERLY,HALF-YEARLY,ANNUAL}';
  added bigint;
BEGIN
  INSERT INTO premium_transaction (id, txn_id, policy_id, txn_date, payment_date, premium_amount, fund_tabarru,
      fund_tanahud, fund_ujroh, product_code, plan_code, payment_method, status)
    SELECT p_first_id + r.i, p_prefix || lpad((p_first_number + r.i)::text, 10, '0'),
      'POL-' || lpad((r.h % 1000000)::text, 7, '0'), r.day, r.day, r.cents * 0.01, (r.cents * 2 / 5) * 0.01,
      (r.cents * 2 / 5) * 0.01, (r.cents - 2 * (r.cents * 2 / 5)) * 0.01,
      products[1 + (r.h >> 20) % 4], plans[1 + (r.h >> 22) % 3], methods[1 + (r.h >> 24) % 4], 'PAID'
    FROM (
      SELECT i, h, p_start + (i * p_days / p_total)::int AS day, 20000 + (h >> 26) % 160001 AS cents
      FROM (SELECT i, hashint8extended(p_first_number + i, p_seed) & 9223372036854775807 AS h
            FROM generate_series(p_from, p_to) AS i) AS hashed) AS r;
  GET DIAGNOSTICS added = ROW_COUNT;
  RETURN added;
END $$;
COMMENT ON FUNCTION ledger.generate_premiums(date, int, bigint, text, bigint, bigint, bigint, bigint, bigint)
  IS 'Generate a span of premiums, the same ones for the same seed.';
