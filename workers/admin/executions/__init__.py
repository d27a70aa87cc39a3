"""Executions in the console: the list, and for each its graph, its jobs and why they are not running."""

from .admin import ExecutionAdmin

__all__ = ["ExecutionAdmin"]
