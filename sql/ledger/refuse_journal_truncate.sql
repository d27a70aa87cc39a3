-- ledger.refuse_journal_truncate: nobody empties the journal or one of its leaves.
-- A statement trigger isn't cloned to leaves: ledger.seal_leaf puts it on each one before it is attached.
-- Locks: nothing. Raises: TU201 on TRUNCATE.
CREATE OR REPLACE FUNCTION ledger.refuse_journal_truncate() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'TU201',
    MESSAGE = 'The journal is append-only: TRUNCATE is refused. Reverse the batch instead.',
    DETAIL = jsonb_build_object('table', TG_TABLE_NAME, 'operation', TG_OP)::text;
END $$;
COMMENT ON FUNCTION ledger.refuse_journal_truncate() IS 'Trigger: refuses to empty the journal.';

-- the installer drops a routine's triggers before it installs it anew, those of the leaves too
DO $$
DECLARE
  sealed regclass;
BEGIN
  FOR sealed IN SELECT 'journal_entry'::regclass
                UNION ALL SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = 'journal_entry'::regclass LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER journal_entry_no_truncate BEFORE TRUNCATE ON %s
      FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_journal_truncate()', sealed);
  END LOOP;
END $$;
