"""Bodies of the reconciliation API."""
