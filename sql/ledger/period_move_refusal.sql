-- ledger.period_move_refusal: why a period may not become what is asked, with the mend; NULL when it may.
-- Locks: nothing. Raises: nothing.
CREATE OR REPLACE FUNCTION ledger.period_move_refusal(p_old accounting_period, p_new accounting_period) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  other text;
BEGIN
  IF p_old.id IS NULL THEN
    RETURN CASE WHEN p_new.status NOT IN ('FUTURE', 'OPEN') THEN
      format('A new period is FUTURE or OPEN, not %s.', p_new.status) END;
  END IF;
  IF (p_old.code, p_old.start_date, p_old.end_date) <> (p_new.code, p_new.start_date, p_new.end_date) THEN
    RETURN format('The code and the dates of period %s never change. Add another period.', p_old.code);
  END IF;
  IF p_old.status = p_new.status THEN
    RETURN NULL;
  END IF;
  IF NOT EXISTS (SELECT FROM accounting_period_move m
                 WHERE m.from_status = p_old.status AND m.to_status = p_new.status) THEN
    RETURN format('Period %s is %s and can''t become %s. Possible from here: %s.', p_old.code, p_old.status,
      p_new.status, coalesce((SELECT string_agg(m.to_status, ', ' ORDER BY m.to_status)
        FROM accounting_period_move m WHERE m.from_status = p_old.status), 'nothing'));
  END IF;
  IF p_new.status = 'CLOSED' THEN
    SELECT b.batch_id INTO other FROM month_end_batch b
      WHERE b.period_id = p_new.id AND b.status IN ('PREPARING', 'READY', 'PROCESSING', 'VALIDATING', 'ABORTING')
      ORDER BY b.id LIMIT 1;
    IF other IS NOT NULL THEN
      RETURN format('Batch %s of period %s still runs. Wait for it or abort it.', other, p_new.code);
    END IF;
  END IF;
  IF p_old.status = 'CLOSED' AND p_new.status = 'OPEN' THEN
    SELECT p.code INTO other FROM accounting_period p
      WHERE p.start_date > p_new.start_date AND p.status IN ('CLOSED', 'LOCKED') ORDER BY p.start_date DESC LIMIT 1;
    IF other IS NOT NULL THEN
      RETURN format('Only the latest closed period reopens, and %s is closed after %s.', other, p_new.code);
    END IF;
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ledger.period_move_refusal(accounting_period, accounting_period)
  IS 'Why a period may not become what is asked; NULL when it may.';
