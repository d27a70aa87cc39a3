"""The processor's own page in the console: how it does, by the minute, and how it is configured."""

from .admin import ProcessorAdmin

__all__ = ["ProcessorAdmin"]
