"""Queues in the console: what waits in each, why nothing moves, and the hands to change that."""

from .admin import QueueAdmin

__all__ = ["QueueAdmin"]
