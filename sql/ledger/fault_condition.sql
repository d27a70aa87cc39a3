-- ledger.fault_condition: the WHEN branches, on alias s, that find what is wrong with one column of a staged line.
-- Each gives {column, reason}. Whatever passes all of them can be cast without an error.
-- Every row of a file goes through here, so the common case comes first: an amount with two decimals is told by an
-- expression without bounded repeats, which costs half.
CREATE OR REPLACE FUNCTION ledger.fault_condition(p_name text, p_kind text, p_required boolean) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
  SELECT CASE WHEN p_required THEN format($f$
    WHEN s.%1$I IS NULL OR s.%1$I = '' OR s.%1$I < '!' AND btrim(s.%1$I) = '' THEN ARRAY[%1$L, 'is empty']$f$, p_name)
    ELSE '' END
  || CASE p_kind
    WHEN 'date' THEN format($f$
    WHEN s.%1$I <> '' AND s.%1$I !~ '^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
      THEN ARRAY[%1$L, 'is not a date like 2025-01-31']
    WHEN right(s.%1$I, 2) > '28' AND right(s.%1$I, 2)::int
        > extract(day FROM (left(s.%1$I, 8) || '01')::date + interval '1 month - 1 day')
      THEN ARRAY[%1$L, 'is not a day of the calendar']$f$, p_name)
    WHEN 'amount' THEN format($f$
    WHEN (octet_length(s.%1$I) > 16 OR s.%1$I !~ '^[0-9]+[.][0-9][0-9]$') AND s.%1$I !~ '^[0-9]{1,13}([.][0-9]{1,2})?$'
      THEN ARRAY[%1$L, CASE
        WHEN s.%1$I ~ '^-[0-9]+([.][0-9]*)?$' THEN 'is negative'
        WHEN s.%1$I ~ '^[0-9]+[.][0-9]{3,}$' THEN 'has more than two decimals'
        WHEN s.%1$I ~ '^[0-9]{14,}([.][0-9]{1,2})?$' THEN 'has more than 13 digits before the point'
        ELSE 'is not an amount like 1234.50' END]$f$, p_name)
    ELSE format($f$
    WHEN octet_length(s.%1$I) > 100 AND length(s.%1$I) > 100
      THEN ARRAY[%1$L, 'is longer than 100 characters']$f$, p_name)
  END;
$$;
COMMENT ON FUNCTION ledger.fault_condition(text, text, boolean) IS 'The branches that find a fault in one column.';
