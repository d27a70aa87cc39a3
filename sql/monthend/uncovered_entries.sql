-- monthend.uncovered_entries: how many entries of a batch have no posting rule, by source and fund; no row when
-- covered. A general rule for the whole period covers without a look at the rows; only mixtures of products and dates
-- are counted.
CREATE OR REPLACE FUNCTION monthend.uncovered_entries(p_batch int)
RETURNS TABLE (source text, fund text, entries bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
  rules jsonb := monthend.freeze_rules(p_batch);
  batch month_end_batch;
  period accounting_period;
  input month_end_input;
  src transaction_source;
  place int;
  debit text;
  missing bigint;
BEGIN
  SELECT * INTO STRICT batch FROM month_end_batch m WHERE m.id = p_batch;
  SELECT * INTO STRICT period FROM accounting_period p WHERE p.id = batch.period_id;
  FOR input IN SELECT * FROM month_end_input i WHERE i.batch_id = p_batch ORDER BY i.source_id LOOP
    SELECT * INTO STRICT src FROM transaction_source s WHERE s.id = input.source_id;
    FOR place IN SELECT generate_subscripts(input.fund_ids, 1) LOOP
      CONTINUE WHEN input.fund_entries[place] = 0;
      debit := monthend.account_expression(rules, src, period, input.fund_ids[place], 'debit');
      CONTINUE WHEN debit ~ '^\d';
      EXECUTE format('SELECT count(*) FROM %s t WHERE %s%s AND t.%I > 0 AND (%s) IS NULL', to_regclass(src.relation),
        monthend.source_condition(src, period, input.last_key),
        monthend.unposted_condition(period.id, src, 0, 9223372036854775807), input.fund_columns[place], debit)
        INTO missing;
      IF missing > 0 THEN
        RETURN QUERY SELECT src.code, f.code, missing FROM fund f WHERE f.id = input.fund_ids[place];
      END IF;
    END LOOP;
  END LOOP;
END $$;
COMMENT ON FUNCTION monthend.uncovered_entries(int) IS 'Entries of a batch that no posting rule covers.';
