"""The steps of a comparison as engine jobs, and the delivery of webhooks. Importing this package registers them."""

from . import compare, confirm, gather, plan, recount, repair, scheduled, settle, webhooks

__all__ = ["compare", "confirm", "gather", "plan", "recount", "repair", "scheduled", "settle", "webhooks"]
