-- monthend.missing_prerequisites: codes of the required prerequisites of a period that are not complete, in order.
CREATE OR REPLACE FUNCTION monthend.missing_prerequisites(p_period int) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT coalesce(array_agg(k.code ORDER BY k.code), '{}') FROM prerequisite_kind k
  WHERE k.required AND NOT EXISTS (
    SELECT FROM prerequisite p WHERE p.period_id = p_period AND p.code = k.code AND p.status = 'COMPLETED');
$$;
COMMENT ON FUNCTION monthend.missing_prerequisites(int) IS 'Required prerequisites of a period that are not complete.';
