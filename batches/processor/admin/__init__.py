"""The batch processor in the console."""

from . import batches

__all__ = ["batches"]
