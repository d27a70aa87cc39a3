"""`POST /api/batch-processor/tickets`."""

from typing import Any, ClassVar

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from batches.processor.roles import READERS
from batches.processor.websocket.view import TICKET
from project.access import tickets
from project.access.models import ApiKey
from project.api.views import ApiView

from .documents.shared import TAG


class UpdatesTicket(serializers.Serializer[Any]):
    """A new ticket, which is shown this once."""

    token = serializers.CharField(help_text="Goes into the address: /ws/batch-processor?token=...")
    expires_at = serializers.DateTimeField(help_text="A minute from now, unless it is used before")


class TicketsView(ApiView):
    """Makes tickets."""

    roles: ClassVar = {"POST": READERS}

    @extend_schema(
        operation_id="create_batch_updates_ticket",
        summary="Make a ticket with which a browser can open the WebSocket.",
        description="For where a key can't be sent as a header, or must not be known. It works once, within a minute, "
        "and shows what the caller may see.",
        tags=TAG,
        request=None,
        responses={201: UpdatesTicket},
    )
    def post(self, request: Request) -> Response:
        """The ticket."""
        key = request.auth if isinstance(request.auth, ApiKey) else None
        user = request.user if key is None and isinstance(request.user, User) else None
        made = tickets.create(purpose=TICKET, key=key, user=user)
        return Response({"token": made.secret, "expires_at": made.expires_at}, status=201)
