CREATE EVENT TRIGGER journal_entry_guard_attach ON ddl_command_end
  WHEN TAG IN ('ALTER TABLE', 'CREATE TABLE') EXECUTE FUNCTION ledger.guard_attach();
