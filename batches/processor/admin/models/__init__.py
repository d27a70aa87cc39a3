"""Models in the console: what each name stands for, how items are batched for it, and new versions."""

from .admin import InferenceModelAdmin

__all__ = ["InferenceModelAdmin"]
