"""Batches in the console: how far each is, which items were bad, and how to stop one."""

from .admin import TransformBatchAdmin

__all__ = ["TransformBatchAdmin"]
