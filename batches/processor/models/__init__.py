"""The processor's tables: models, submissions with their results, settings, figures."""

from .batches import InferenceBatch, InferencePart
from .figures import InferenceBatchEvent, InferenceMinute, InferenceRun, InferenceTotal
from .registry import InferenceModel, ModelVersion
from .settings import ProcessorSetting, QueuePlace

__all__ = [
    "InferenceBatch",
    "InferenceBatchEvent",
    "InferenceMinute",
    "InferenceModel",
    "InferencePart",
    "InferenceRun",
    "InferenceTotal",
    "ModelVersion",
    "ProcessorSetting",
    "QueuePlace",
]
