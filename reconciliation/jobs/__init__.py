"""The steps of a comparison as engine jobs, and the delivery of webhooks. Importing this package registers them."""

from . import webhooks

__all__ = ["webhooks"]
