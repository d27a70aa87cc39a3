"""The batch processor in the console."""

from . import batches, models

__all__ = ["batches", "models"]
