-- monthend.check_funds: each fund's total equals the sum of its allocations on the source rows.
CREATE OR REPLACE FUNCTION monthend.check_funds(p_batch month_end_batch) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public AS $$
  WITH funds AS (
    SELECT f.code, f.position, coalesce(sum(p.amount), 0)::numeric(20, 2) AS expected,
      coalesce((SELECT sum(t.amount) FROM month_end_posted_total t
        WHERE t.batch_id = p_batch.id AND t.fund_id = f.id), 0)::numeric(20, 2) AS actual
    FROM monthend.planned_totals(p_batch.id, NULL) p JOIN fund f ON f.id = p.fund_id
    GROUP BY f.id),
  verdict AS (SELECT coalesce(bool_and(expected = actual), true) AS fine FROM funds)
  SELECT monthend.record_check(p_batch.id, 'pre_commit', 'fund_totals', CASE WHEN v.fine THEN 'PASS' ELSE 'FAIL' END,
    CASE WHEN v.fine THEN 'Fund totals match' ELSE 'A fund''s total differs from its allocations' END,
    jsonb_build_object('fund_checks', coalesce((SELECT jsonb_agg(jsonb_build_object('fund', f.code,
      'expected', f.expected::text, 'actual', f.actual::text, 'difference', (f.actual - f.expected)::text)
      ORDER BY f.position) FROM funds f), '[]')))
  FROM verdict v;
$$;
COMMENT ON FUNCTION monthend.check_funds(month_end_batch) IS 'Each fund''s total equals its allocations.';
