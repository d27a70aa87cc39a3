"""Who is told, and whether they were."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class WebhookSubscription(models.Model):
    """An address that is told of events, with the secret that signs what it is told."""

    id = models.AutoField(primary_key=True)
    url = models.TextField()
    secret = models.TextField()
    events = models.JSONField(help_text="Names of events; an empty list is all of them.")
    enabled = models.BooleanField(db_default=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "webhook_subscription"
        verbose_name = "webhook"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One event for one subscription, and how far it came. `execution_id` is the engine's execution that sends it."""

    class State(models.TextChoices):
        PENDING = "pending"
        DELIVERED = "delivered"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    subscription = models.ForeignKey(WebhookSubscription, models.CASCADE, related_name="deliveries")
    event = models.TextField()
    payload = models.JSONField()
    execution_id = models.BigIntegerField(null=True)
    state = models.TextField(choices=State, db_default=State.PENDING)
    attempts = models.IntegerField(db_default=0)
    response_status = models.IntegerField(null=True)
    error = models.TextField(blank=True, db_default="")
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_delivery"
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["subscription", "-created_at"], name="webhook_delivery_newest")]

    def __str__(self) -> str:
        return f"{self.event} to {self.subscription_id}"
