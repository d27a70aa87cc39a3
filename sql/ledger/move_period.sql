-- ledger.move_period: a period takes another status, now. Whether it may is up to ledger.guard_period_move.
-- Locks: the period's row (FOR NO KEY UPDATE) until the end of the transaction; waits for who holds it to post.
-- Raises: TU203 when it is in that status already, or by the trigger.
CREATE OR REPLACE FUNCTION ledger.move_period(p_period int, p_status text) RETURNS accounting_period
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  moved accounting_period;
BEGIN
  UPDATE accounting_period p SET status = p_status, status_changed_at = clock_timestamp()
    WHERE p.id = p_period AND p.status <> p_status RETURNING * INTO moved;
  IF moved.id IS NULL THEN
    SELECT * INTO moved FROM accounting_period p WHERE p.id = p_period;
    RAISE EXCEPTION USING ERRCODE = 'TU203', MESSAGE = format('Period %s is %s already.', moved.code, p_status),
      DETAIL = jsonb_build_object('period', moved.code, 'status', moved.status, 'requested', p_status)::text;
  END IF;
  RETURN moved;
END $$;
COMMENT ON FUNCTION ledger.move_period(int, text) IS 'Give a period another status.';
