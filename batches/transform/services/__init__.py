"""Writes of transform batches."""

from batches.transform.services.cancel import cancel
from batches.transform.services.submit import submit

__all__ = ["cancel", "submit"]
