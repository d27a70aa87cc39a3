"""Connections in the console: where tables are, and whether that can be reached."""

from .admin import ConnectionAdmin

__all__ = ["ConnectionAdmin"]
