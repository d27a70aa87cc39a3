"""Webhooks in the console: who is told of events, and whether they were."""

from .admin import WebhookAdmin

__all__ = ["WebhookAdmin"]
