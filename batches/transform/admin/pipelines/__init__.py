"""Pipelines in the console: what each does in words, its versions, and what they make of items."""

from .admin import PipelineAdmin

__all__ = ["PipelineAdmin"]
