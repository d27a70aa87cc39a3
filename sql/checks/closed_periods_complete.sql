-- title: A period is closed though a required prerequisite is not complete
-- severity: warning
SELECT 'prerequisites' AS rule, count(*) AS count, NULL::numeric AS amount,
  format('period %s is %s without %s', p.code, p.status, string_agg(k.code, ', ' ORDER BY k.code)) AS detail
FROM accounting_period p
JOIN prerequisite_kind k ON k.required
LEFT JOIN prerequisite q ON q.period_id = p.id AND q.code = k.code AND q.status = 'COMPLETED'
WHERE p.status IN ('CLOSED', 'LOCKED') AND q.id IS NULL
GROUP BY p.code, p.status
