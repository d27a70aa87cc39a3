"""Transform in the console."""

from . import batches, pipelines

__all__ = ["batches", "pipelines"]
