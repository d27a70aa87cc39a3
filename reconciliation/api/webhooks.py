"""`/api/v1/reconciliation/webhooks`: who is told of events, and whether they were."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from project.api import context
from project.api.views import ApiView
from reconciliation.queries import webhooks
from reconciliation.roles import KEEPERS, OPERATORS
from reconciliation.services import subscriptions
from reconciliation.services.webhooks import send_test

from .documents import webhooks as documents
from .documents.shared import TAG
from .pages import PageForm, paged


class WebhooksView(ApiView):
    """All webhooks."""

    roles: ClassVar = {"GET": KEEPERS, "POST": OPERATORS}

    @extend_schema(
        operation_id="list_webhooks",
        summary="Webhooks, the oldest first.",
        tags=TAG,
        parameters=[PageForm],
        responses=documents.WebhookPage,
    )
    def get(self, request: Request) -> Response:
        """A page of webhooks, without their secrets."""
        page = self.parse_query(PageForm)
        return Response(paged("webhooks", webhooks.webhooks(), webhooks.document, **page))

    @extend_schema(
        operation_id="create_webhook",
        summary="Subscribe an address to events. The answer is the only time its secret is shown.",
        description="Each event is a POST with the headers X-Webhook-Event, X-Webhook-Delivery, X-Webhook-Timestamp "
        "and X-Webhook-Signature: `sha256=` and the HMAC-SHA256 of timestamp, full stop and body.",
        tags=TAG,
        request=documents.NewWebhook,
        responses={201: documents.CreatedWebhook},
    )
    def post(self, request: Request) -> Response:
        """The webhook with its secret."""
        made = subscriptions.subscribe(**self.parse(documents.NewWebhook), actor=context.caller().user)
        return Response({**webhooks.document(made), "secret": made.secret}, status=201)


class WebhookView(ApiView):
    """One webhook."""

    roles: ClassVar = {"GET": KEEPERS, "PATCH": OPERATORS, "DELETE": OPERATORS}

    @extend_schema(operation_id="get_webhook", summary="One webhook.", tags=TAG, responses=documents.Webhook)
    def get(self, request: Request, webhook_id: int) -> Response:
        """The webhook without its secret."""
        return Response(webhooks.document(webhooks.find(webhook_id)))

    @extend_schema(
        operation_id="change_webhook",
        summary="Change what is given of a webhook, or enable and disable it.",
        tags=TAG,
        request=documents.WebhookChange,
        responses=documents.Webhook,
    )
    def patch(self, request: Request, webhook_id: int) -> Response:
        """The webhook as it is now."""
        given, webhook = self.parse(documents.WebhookChange), webhooks.find(webhook_id)
        return Response(webhooks.document(subscriptions.change(webhook=webhook, actor=context.caller().user, **given)))

    @extend_schema(
        operation_id="delete_webhook",
        summary="Remove a webhook and its deliveries.",
        tags=TAG,
        request=None,
        responses={200: documents.Webhook},
    )
    def delete(self, request: Request, webhook_id: int) -> Response:
        """The webhook as it was."""
        webhook = webhooks.find(webhook_id)
        document = webhooks.document(webhook)
        subscriptions.unsubscribe(webhook=webhook, actor=context.caller().user)
        return Response(document)


class TestView(ApiView):
    """Tries a webhook out."""

    roles: ClassVar = {"POST": OPERATORS}

    @extend_schema(
        operation_id="test_webhook",
        summary="Send a webhook a test event. The deliveries tell how it went.",
        tags=TAG,
        request=documents.WebhookTest,
        responses={202: documents.Delivery},
    )
    def post(self, request: Request, webhook_id: int) -> Response:
        """The delivery that is on its way."""
        self.parse(documents.WebhookTest)
        delivery = send_test(webhooks.find(webhook_id))
        delivery.refresh_from_db()
        return Response(webhooks.delivery_document(delivery), status=202)


class DeliveriesView(ApiView):
    """What a webhook was told."""

    roles: ClassVar = {"GET": KEEPERS}

    @extend_schema(
        operation_id="list_webhook_deliveries",
        summary="Deliveries of a webhook, the newest first.",
        tags=TAG,
        parameters=[documents.DeliveryFilter],
        responses=documents.DeliveryPage,
    )
    def get(self, request: Request, webhook_id: int) -> Response:
        """A page of deliveries."""
        wanted = self.parse_query(documents.DeliveryFilter)
        page = {name: wanted.pop(name) for name in ("page", "page_size")}
        found = webhooks.deliveries(webhooks.find(webhook_id), **wanted)
        return Response(paged("deliveries", found, webhooks.delivery_document, **page))
