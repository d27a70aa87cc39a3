"""Jobs in the console: each one's attempts, what it got and gave, and its neighbours."""

from .admin import JobAdmin

__all__ = ["JobAdmin"]
