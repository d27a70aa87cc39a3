"""The batch processor in the console."""

from . import batches, dashboard, models

__all__ = ["batches", "dashboard", "models"]
