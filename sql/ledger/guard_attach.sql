-- ledger.guard_attach: the journal gets and loses leaves only in the commit of a batch, into a period that is open.
-- The commit says which batch it is: SET LOCAL tutup.attaching_batch = '<month_end_batch.id>'.
-- Also refuses every other ALTER TABLE of the journal and its leaves (disabling a trigger, dropping a CHECK). A
-- migration that must alter the journal drops the event trigger first; migrating creates it again.
-- Locks: the period's row (FOR SHARE). Raises: TU204 outside a commit, TU202 when the period is not open.
CREATE OR REPLACE FUNCTION ledger.guard_attach() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  journal oid := to_regclass('public.journal_entry');
  touched text;
  batch month_end_batch;
BEGIN
  SELECT c.object_identity INTO touched FROM pg_event_trigger_ddl_commands() c
    WHERE c.classid = 'pg_class'::regclass AND (c.objid = journal OR EXISTS (
      SELECT FROM pg_inherits i WHERE i.inhparent = journal AND i.inhrelid = c.objid));
  IF touched IS NULL THEN
    RETURN;
  END IF;
  SELECT * INTO batch FROM month_end_batch b
    WHERE b.id = nullif(current_setting('tutup.attaching_batch', true), '')::int AND b.status = 'VALIDATING';
  IF batch.id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'TU204',
      MESSAGE = format('%s of %s is refused: the journal changes only when a month-end batch commits.', TG_TAG, touched),
      DETAIL = jsonb_build_object('table', touched, 'operation', TG_TAG)::text;
  END IF;
  PERFORM ledger.require_open_period(batch.period_id, batch.initiated_by_id);
END $$;
COMMENT ON FUNCTION ledger.guard_attach() IS 'Event trigger: refuses leaves that no batch commits.';
