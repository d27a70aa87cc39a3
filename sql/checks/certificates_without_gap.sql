-- title: The chain of certificates is broken
-- severity: error
SELECT 'certificate_chain' AS rule, 1::bigint AS count, NULL::numeric AS amount,
  format('certificate %s follows certificate %s', c.number, c.before) AS detail
FROM (SELECT x.number, coalesce(lag(x.number) OVER (ORDER BY x.number), 0) AS before FROM month_end_certificate x) c
WHERE c.number <> c.before + 1
