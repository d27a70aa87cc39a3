"""Writes of transform batches."""

from batches.transform.services.cancelling import cancel
from batches.transform.services.submitting import submit

__all__ = ["cancel", "submit"]
