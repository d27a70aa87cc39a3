"""Reconciliation in the console."""

from . import connections, mappings, rules

__all__ = ["connections", "mappings", "rules"]

from .jobs import ReconciliationJobAdmin
from .mismatches import MismatchAdmin
from .repairs import RepairAdmin

__all__ = ["MismatchAdmin", "ReconciliationJobAdmin", "RepairAdmin"]
