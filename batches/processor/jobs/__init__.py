"""The work of the processor as engine jobs, and as chores of housekeeping. Importing this package registers it."""

from . import figures

__all__ = ["figures"]
