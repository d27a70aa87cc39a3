-- ledger.refuse_journal_change: what is posted stays as it is, and nothing is posted but by a batch's commit.
-- A leaf is loaded bare; attaching it clones these triggers, so from then on the leaf itself refuses as well.
-- Locks: nothing. Raises: TU201 on INSERT, UPDATE and DELETE.
CREATE OR REPLACE FUNCTION ledger.refuse_journal_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'TU201',
    MESSAGE = CASE TG_OP
      WHEN 'INSERT' THEN 'Entries come into the journal only when a month-end batch commits. Close the month instead.'
      ELSE format('The journal is append-only: %s is refused. Reverse the batch instead.', TG_OP)
    END,
    DETAIL = jsonb_build_object('table', TG_TABLE_NAME, 'operation', TG_OP)::text;
END $$;
COMMENT ON FUNCTION ledger.refuse_journal_change() IS 'Trigger: refuses every change of posted entries.';

CREATE OR REPLACE TRIGGER journal_entry_append_only BEFORE UPDATE OR DELETE ON journal_entry
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_journal_change();
CREATE OR REPLACE TRIGGER journal_entry_no_raw_insert BEFORE INSERT ON journal_entry
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_journal_change();
-- fires first, so that an insert which no leaf takes gives the same answer
CREATE OR REPLACE TRIGGER journal_entry_no_insert BEFORE INSERT ON journal_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_journal_change();
