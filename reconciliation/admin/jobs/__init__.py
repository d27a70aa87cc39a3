"""Comparisons in the console: the list, the page of one, and the form that starts them."""

from .admin import ReconciliationJobAdmin

__all__ = ["ReconciliationJobAdmin"]
