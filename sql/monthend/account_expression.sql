-- monthend.account_expression: the SQL that gives a row's debit or credit account under a batch's frozen rules. One
-- general rule for the whole period becomes a plain number: nothing is then decided row by row. NULL where no rule
-- holds.
-- p_side is 'debit' or 'credit'. The row is alias t.
CREATE OR REPLACE FUNCTION monthend.account_expression(
  p_rules jsonb, p_source transaction_source, p_period accounting_period, p_fund smallint, p_side text)
RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public AS $$
DECLARE
  rule record;
  arms text := '';
BEGIN
  FOR rule IN
    SELECT x.product, x."from" AS first_day, x."to" AS last_day,
      CASE p_side WHEN 'debit' THEN x.debit ELSE x.credit END AS account
    FROM ROWS FROM (jsonb_to_recordset(p_rules)
      AS (source smallint, fund smallint, product text, debit smallint, credit smallint, "from" date, "to" date))
      WITH ORDINALITY AS x(source, fund, product, debit, credit, "from", "to", place)
    WHERE x.source = p_source.id AND x.fund = p_fund ORDER BY x.place
  LOOP
    IF arms = '' AND rule.product IS NULL
        AND rule.first_day <= p_period.start_date AND rule.last_day >= p_period.end_date THEN
      RETURN format('%s::smallint', rule.account);
    END IF;
    CONTINUE WHEN rule.product IS NOT NULL AND p_source.product_column IS NULL;
    arms := arms || format(' WHEN t.%I BETWEEN %L::date AND %L::date', p_source.date_column, rule.first_day,
      rule.last_day);
    IF rule.product IS NOT NULL THEN
      arms := arms || format(' AND t.%I = %L', p_source.product_column, rule.product);
    END IF;
    arms := arms || format(' THEN %s::smallint', rule.account);
  END LOOP;
  RETURN CASE WHEN arms = '' THEN 'NULL::smallint' ELSE 'CASE' || arms || ' END' END;
END $$;
COMMENT ON FUNCTION monthend.account_expression(jsonb, transaction_source, accounting_period, smallint, text)
  IS 'The SQL that gives a row''s debit or credit account under a batch''s frozen rules.';
