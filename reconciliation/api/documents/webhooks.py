"""Bodies about webhooks."""

from typing import Any

from rest_framework import serializers

from project.api.serializers import StrictSerializer
from reconciliation.api.pages import PageForm, Pagination
from reconciliation.events import Event
from reconciliation.models import WebhookDelivery
from reconciliation.services.subscriptions import LONGEST_URL

Document = serializers.Serializer[Any]


class NewWebhook(StrictSerializer):
    """Where to send which events."""

    url = serializers.CharField(max_length=LONGEST_URL, help_text="http or https; not of a private network")
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=Event.choices), default=list, max_length=10, help_text="Empty is all"
    )
    enabled = serializers.BooleanField(default=True)


class WebhookChange(StrictSerializer):
    """What is to be otherwise; what is left out stays."""

    url = serializers.CharField(max_length=LONGEST_URL, required=False)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=Event.choices), required=False, max_length=10, help_text="Empty is all"
    )
    enabled = serializers.BooleanField(required=False)


class WebhookTest(StrictSerializer):
    """Nothing: what is sent says that it is a test."""


class Webhook(Document):
    """A subscription."""

    webhook_id = serializers.IntegerField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(choices=Event.choices), help_text="Empty is all")
    enabled = serializers.BooleanField()
    owner = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class CreatedWebhook(Webhook):
    """A new subscription, with the secret that is shown this once."""

    secret = serializers.CharField(help_text="Signs what is sent. It can't be shown again")


class WebhookPage(Document):
    """A page of subscriptions."""

    webhooks = Webhook(many=True)
    pagination = Pagination()


class DeliveryFilter(PageForm):
    """Which deliveries to list."""

    state = serializers.ChoiceField(choices=WebhookDelivery.State.choices, required=False)


class Delivery(Document):
    """One event for one subscription."""

    delivery_id = serializers.UUIDField()
    event = serializers.CharField()
    state = serializers.ChoiceField(choices=WebhookDelivery.State.choices)
    attempts = serializers.IntegerField()
    response_status = serializers.IntegerField(allow_null=True, help_text="Of the last attempt, if it was answered")
    error = serializers.CharField(allow_null=True, help_text="Of the last attempt")
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)
    payload = serializers.DictField()


class DeliveryPage(Document):
    """A page of deliveries."""

    deliveries = Delivery(many=True)
    pagination = Pagination()
