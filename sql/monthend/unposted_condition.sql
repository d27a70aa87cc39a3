-- monthend.unposted_condition: what to add to a source condition so that single posted rows inside a span of keys stay
-- out; empty when no earlier batch of the period left holes there, which is the usual case.
CREATE OR REPLACE FUNCTION monthend.unposted_condition(
  p_period int, p_source transaction_source, p_first bigint, p_last bigint)
RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT CASE WHEN EXISTS (
      SELECT FROM monthend.posted_blocks(p_period, p_source.id) b
      WHERE b.first_key <= p_last AND b.last_key >= p_first AND b.transactions < b.last_key - b.first_key + 1)
    THEN format(' AND NOT EXISTS (SELECT FROM monthend.posted_keys(%s, %s::smallint, %s, %s) k WHERE k = t.%I)',
      p_period, p_source.id, p_first, p_last, p_source.key_column)
    ELSE '' END;
$$;
COMMENT ON FUNCTION monthend.unposted_condition(int, transaction_source, bigint, bigint)
  IS 'What keeps single posted rows inside a span of keys out of a source condition.';
