"""What a close writes down: the batch, its plan, who works on it, and the proof."""

from .batch import MonthEndBatch, MonthEndEvent, MonthEndMove
from .plan import MonthEndBlock, MonthEndInput, MonthEndLeaf, MonthEndRange, MonthEndWorker
from .proof import MonthEndCertificate, MonthEndPostedTotal, MonthEndValidation

__all__ = [
    "MonthEndBatch",
    "MonthEndBlock",
    "MonthEndCertificate",
    "MonthEndEvent",
    "MonthEndInput",
    "MonthEndLeaf",
    "MonthEndMove",
    "MonthEndPostedTotal",
    "MonthEndRange",
    "MonthEndValidation",
    "MonthEndWorker",
]
