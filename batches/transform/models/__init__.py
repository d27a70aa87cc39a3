"""The tables of transform."""

from .batches import TransformBatch, TransformChunk
from .pipelines import Pipeline, PipelineVersion

__all__ = ["Pipeline", "PipelineVersion", "TransformBatch", "TransformChunk"]
