-- ledger.require_open_period: the period takes entries of this user now, and goes on doing so until the transaction ends.
-- OPEN and CLOSING take anybody's; CLOSED and LOCKED those of a user with a live exception; FUTURE takes none.
-- Locks: the period's row (FOR SHARE), so that a close waits for what is being posted.
-- Raises: TU202 with the period, its status and what to do.
CREATE OR REPLACE FUNCTION ledger.require_open_period(p_period int, p_user int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  period accounting_period;
BEGIN
  SELECT * INTO period FROM accounting_period p WHERE p.id = p_period FOR SHARE;
  IF period.status IN ('OPEN', 'CLOSING') THEN
    RETURN;
  END IF;
  IF period.status IN ('CLOSED', 'LOCKED') AND EXISTS (
    SELECT FROM period_exception e
    WHERE e.period_id = p_period AND e.user_id = p_user AND e.revoked_at IS NULL
      AND e.starts_at <= clock_timestamp() AND clock_timestamp() < e.ends_at) THEN
    RETURN;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'TU202',
    MESSAGE = CASE period.status
      WHEN 'FUTURE' THEN format('Period %s is FUTURE and takes no entries yet. Open it first.', period.code)
      WHEN 'CLOSED' THEN format('Period %s is CLOSED. Reopen it if it is the latest closed one, or ask for an '
        'exception.', period.code)
      WHEN 'LOCKED' THEN format('Period %s is LOCKED. Ask for an exception.', period.code)
      ELSE format('There is no period %s.', p_period)
    END,
    DETAIL = jsonb_build_object('period', period.code, 'status', period.status)::text;
END $$;
COMMENT ON FUNCTION ledger.require_open_period(int, int) IS 'Refuse to post into a period that takes no entries.';
