-- monthend.preflight: the first validation layer: prerequisites, open period, allocations that add up, rules for
-- every fund that occurs, room in the lock table. Stores each verdict; returns true when none failed.
-- Locks: the lease, the period's row SHARE. Raises: TU001 stale claim.
CREATE OR REPLACE FUNCTION monthend.preflight(p_batch int, p_fence bigint, p_job bigint) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  batch month_end_batch;
  period accounting_period;
  missing text[];
  unbalanced bigint;
  uncovered jsonb;
  locks int;
BEGIN
  PERFORM monthend.enter(p_batch, p_fence, p_job);
  SELECT * INTO STRICT batch FROM month_end_batch m WHERE m.id = p_batch FOR NO KEY UPDATE;
  SELECT * INTO STRICT period FROM accounting_period p WHERE p.id = batch.period_id FOR SHARE;
  missing := monthend.missing_prerequisites(period.id);
  PERFORM monthend.record_check(p_batch, 'pre_flight', 'prerequisite_batches',
    CASE WHEN missing = '{}' THEN 'PASS' ELSE 'FAIL' END,
    CASE WHEN missing = '{}' THEN 'All prerequisite batches completed'
      ELSE format('Not complete: %s', array_to_string(missing, ', ')) END, jsonb_build_object('missing', missing));
  SELECT coalesce(sum(i.unbalanced), 0) INTO unbalanced FROM month_end_input i WHERE i.batch_id = p_batch;
  PERFORM monthend.record_check(p_batch, 'pre_flight', 'source_data_integrity',
    CASE WHEN unbalanced = 0 THEN 'PASS' ELSE 'FAIL' END,
    CASE WHEN unbalanced = 0 THEN format('%s transactions validated', batch.expected_transactions)
      ELSE format('%s transactions have allocations that do not add up to their amount', unbalanced) END,
    jsonb_build_object('transactions', batch.expected_transactions, 'unbalanced', unbalanced));
  SELECT coalesce(jsonb_agg(to_jsonb(u)), '[]') INTO uncovered FROM monthend.uncovered_entries(p_batch) u
    WHERE batch.reverses_id IS NULL;
  PERFORM monthend.record_check(p_batch, 'pre_flight', 'posting_rules',
    CASE WHEN uncovered = '[]' THEN 'PASS' ELSE 'FAIL' END,
    CASE WHEN uncovered = '[]' THEN 'A posting rule covers every fund that occurs'
      ELSE 'Entries without a posting rule: add or extend a rule, then resume' END,
    jsonb_build_object('uncovered', uncovered));
  locks := current_setting('max_locks_per_transaction')::int * current_setting('max_connections')::int;
  PERFORM monthend.record_check(p_batch, 'pre_flight', 'database_resources',
    CASE WHEN locks >= 1000 THEN 'PASS' ELSE 'WARNING' END,
    CASE WHEN locks >= 1000 THEN 'Sufficient resources available'
      ELSE 'max_locks_per_transaction is low: the commit attaches up to 16 leaves at once' END,
    jsonb_build_object('lock_slots', locks, 'max_connections', current_setting('max_connections')::int,
      'estimated_wal_mb', batch.expected_entries * 125 / 1048576,
      'estimated_table_mb', batch.expected_entries * 105 / 1048576));
  RETURN NOT EXISTS (SELECT FROM month_end_validation v
    WHERE v.batch_id = p_batch AND v.layer = 'pre_flight' AND v.status = 'FAIL');
END $$;
COMMENT ON FUNCTION monthend.preflight(int, bigint, bigint) IS 'The first validation layer of a batch.';
