-- ledger.guard_period_move: a period's status moves only along accounting_period_move, and its dates not at all.
-- A period closes only when no batch of it runs; of the closed ones only the latest reopens.
-- Locks: none of its own; the row's own lock waits for those who hold it by ledger.require_open_period.
-- Raises: TU203 with the period, its status and the requested one.
CREATE OR REPLACE FUNCTION ledger.guard_period_move() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  refusal text := ledger.period_move_refusal(CASE WHEN TG_OP = 'UPDATE' THEN old END, new);
BEGIN
  IF refusal IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'TU203', MESSAGE = refusal,
      DETAIL = jsonb_build_object('period', new.code, 'status', CASE WHEN TG_OP = 'UPDATE' THEN old.status END,
        'requested', new.status)::text;
  END IF;
  RETURN new;
END $$;
COMMENT ON FUNCTION ledger.guard_period_move() IS 'Trigger: refuses a period status that is not a legal move.';

CREATE OR REPLACE TRIGGER accounting_period_move BEFORE INSERT OR UPDATE ON accounting_period
  FOR EACH ROW EXECUTE FUNCTION ledger.guard_period_move();
