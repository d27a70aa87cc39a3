-- monthend.entry_totals: what the entries between two numbers of a table add up to, by source, fund and pair of
-- accounts. The one definition of both digests (certificate version 1):
--   source_digest: XOR of hash(amount seeded by source_id); the plan computes the same from the source's rows.
--   entry_digest: XOR of hash(entry_number seeded by that hash and the posting date); with the grouping it covers all
--     columns.
CREATE OR REPLACE FUNCTION monthend.entry_totals(p_table regclass, p_first bigint, p_last bigint)
RETURNS TABLE (source_type smallint, fund_id smallint, debit_account_id smallint, credit_account_id smallint,
  batch_id int,
  entries bigint, amount numeric, first_entry bigint, last_entry bigint, source_digest bigint, entry_digest bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public SET max_parallel_workers_per_gather = 0 AS $$
BEGIN
  RETURN QUERY EXECUTE format($sql$
    SELECT e.source_type, e.fund_id, e.debit_account_id, e.credit_account_id, e.batch_id, count(*), sum(e.amount),
      min(e.entry_number), max(e.entry_number), bit_xor(hash_numeric_extended(e.amount, e.source_id)),
      bit_xor(hashint8extended(e.entry_number, hash_numeric_extended(e.amount, e.source_id)
        # ((e.posting_date - date '2000-01-01')::bigint << 20)))
    FROM %s e WHERE e.entry_number BETWEEN %s AND %s
    GROUP BY e.source_type, e.fund_id, e.debit_account_id, e.credit_account_id, e.batch_id$sql$,
    p_table, p_first, p_last);
END $$;
COMMENT ON FUNCTION monthend.entry_totals(regclass, bigint, bigint)
  IS 'What the entries between two numbers of a table add up to, with digests.';
