"""The close in the console: the list of batches and the pages of one."""

from .batch import MonthEndBatchAdmin

__all__ = ["MonthEndBatchAdmin"]
