"""Batches in the console: how far each is, which items failed and why, and how to stop one."""

from .admin import InferenceBatchAdmin

__all__ = ["InferenceBatchAdmin"]
