"""What changes the ledger's tables: each write in one place, with its line in the audit trail."""
