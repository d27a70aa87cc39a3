-- monthend.guard_move: refuse a batch status that month_end_move does not allow.
-- Locks: none of its own. Raises: TU103 illegal transition, with both states.
CREATE OR REPLACE FUNCTION monthend.guard_move() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM month_end_move m WHERE m.from_status = old.status AND m.to_status = new.status) THEN
    RAISE EXCEPTION USING ERRCODE = 'TU103',
      MESSAGE = format('Batch %s is %s and cannot become %s.', old.batch_id, old.status, new.status),
      DETAIL = jsonb_build_object('batch_id', old.batch_id, 'status', old.status, 'requested', new.status)::text;
  END IF;
  RETURN new;
END $$;
COMMENT ON FUNCTION monthend.guard_move() IS 'Refuse a batch status that month_end_move does not allow.';

CREATE OR REPLACE TRIGGER month_end_batch_move BEFORE UPDATE OF status ON month_end_batch
  FOR EACH ROW WHEN (old.status IS DISTINCT FROM new.status) EXECUTE FUNCTION monthend.guard_move();
