"""The tables of transform."""

from .batches import TransformBatch, TransformChunk
from .limits import TransformSlot
from .pipelines import Pipeline, PipelineVersion
from .totals import TransformTotal

__all__ = ["Pipeline", "PipelineVersion", "TransformBatch", "TransformChunk", "TransformSlot", "TransformTotal"]
