"""Mappings in the console: what is compared with what, how far apart it is, and the form that proposes and tries."""

from .admin import MappingAdmin

__all__ = ["MappingAdmin"]
