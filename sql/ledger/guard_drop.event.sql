CREATE EVENT TRIGGER journal_entry_guard_drop ON sql_drop
  WHEN TAG IN ('DROP TABLE', 'DROP SCHEMA', 'DROP OWNED') EXECUTE FUNCTION ledger.guard_drop();
