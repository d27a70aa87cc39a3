"""The ledger in the console: journal, chart, periods, imports."""

from batches.ledger.admin import chart, imports, journal, periods

__all__ = ["chart", "imports", "journal", "periods"]
