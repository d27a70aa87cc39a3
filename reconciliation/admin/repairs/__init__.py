"""Repairs in the console: what one would do, and the yes to it; many at once by the engine; and what became of each."""

from .admin import RepairAdmin

__all__ = ["RepairAdmin"]
