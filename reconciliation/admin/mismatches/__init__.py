"""Mismatches in the console: what differs, what became of it, and the hands to settle it."""

from .admin import MismatchAdmin

__all__ = ["MismatchAdmin"]
