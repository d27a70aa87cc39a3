-- ledger.guard_drop: leaves of a committed batch stay. An abort drops those of a batch that has not committed.
-- Locks: nothing. Raises: TU201 naming the table.
CREATE OR REPLACE FUNCTION ledger.guard_drop() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  lost text;
BEGIN
  IF to_regclass('public.month_end_batch') IS NULL THEN
    RETURN;
  END IF;
  SELECT d.object_name INTO lost FROM pg_event_trigger_dropped_objects() d
    JOIN month_end_batch b ON b.status IN ('COMMITTED', 'REVERSED')
      AND (d.object_name = 'journal_entry' OR d.object_name ~ format('^journal_entry_b%s_\d+$', b.id))
    WHERE d.object_type = 'table' AND d.schema_name = 'public' LIMIT 1;
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'TU201',
      MESSAGE = format('The journal is append-only: dropping %s is refused. Reverse the batch instead.', lost),
      DETAIL = jsonb_build_object('table', lost, 'operation', TG_TAG)::text;
  END IF;
END $$;
COMMENT ON FUNCTION ledger.guard_drop() IS 'Event trigger: refuses to drop the leaves of a committed batch.';
