-- monthend.plan_inputs: cut every input of a batch into blocks. As many blocks as give each worker an equal number of
-- them, none above 50,000 transactions: a block is what one call posts and what a crash can cost.
CREATE OR REPLACE FUNCTION monthend.plan_inputs(p_batch month_end_batch) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  block_limit constant bigint := 50000;
  total bigint := p_batch.expected_transactions;
  blocks bigint;
  input month_end_input;
  source transaction_source;
  period accounting_period;
BEGIN
  SELECT * INTO STRICT period FROM accounting_period p WHERE p.id = p_batch.period_id;
  blocks := p_batch.worker_count * greatest(ceil(total::numeric / p_batch.worker_count / block_limit)::bigint, 1);
  FOR input IN SELECT * FROM month_end_input i WHERE i.batch_id = p_batch.id ORDER BY i.source_id LOOP
    SELECT * INTO STRICT source FROM transaction_source s WHERE s.id = input.source_id;
    UPDATE month_end_input i SET condition = monthend.source_condition(source, period, input.last_key)
      WHERE i.id = input.id RETURNING * INTO input;
    CONTINUE WHEN input.last_key IS NULL;
    -- The count may be older than the frozen key: rows that came between are planned, so the first key may be unknown.
    input.first_key := coalesce(input.first_key, 0);
    PERFORM monthend.cut_input(p_batch.id, source, input,
      input.condition || monthend.unposted_condition(period.id, source, input.first_key, input.last_key),
      greatest(round(blocks * input.transactions / greatest(total, 1)::numeric)::bigint, 1));
  END LOOP;
END $$;
COMMENT ON FUNCTION monthend.plan_inputs(month_end_batch) IS 'Cut every input of a batch into blocks.';
