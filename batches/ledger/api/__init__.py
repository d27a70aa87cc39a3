"""The ledger's addresses, included under /api/v1/."""
