"""The address of the WebSocket as the API sees it: who may have one, and what everybody else is told."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from batches.processor.api.batches import owner_of
from batches.processor.roles import READERS
from batches.processor.websocket.handshake import ADMITTED, SOCKET, Admission
from project.access.authentication import ApiKeyAuthentication, TicketAuthentication
from project.access.models import ApiKey
from project.access.throttles import throttled_name
from project.api.errors import ApiError, ErrorCode, Forbidden
from project.api.views import ApiView

TICKET = "batch updates"


class UpdatesTicket(TicketAuthentication):
    """A ticket of `POST /api/batch-processor/tickets`."""

    purpose = TICKET


class UpdatesView(ApiView):
    """Lets a handshake through. The session of the console doesn't count: any page in that browser could use it."""

    authentication_classes = [UpdatesTicket, ApiKeyAuthentication]
    roles: ClassVar = {"GET": READERS}

    @extend_schema(exclude=True)  # nothing that a document of HTTP calls can describe; see docs/processor.md
    def get(self, request: Request) -> Response:
        """101, and the admission in the scope."""
        scope: dict[str, Any] = getattr(request._request, "scope", {})
        if SOCKET not in scope:
            raise ApiError.of(
                426,
                "Connect with a WebSocket: ws:// or wss:// and this address.",
                code=ErrorCode.INVALID_REQUEST,
                headers={"Upgrade": "websocket", "Connection": "Upgrade"},
            )
        user = request.user if isinstance(request.user, User) else None
        if user is None:
            _require_own_origin(request)
        owner = owner_of(request)
        scope[ADMITTED] = Admission(
            caller=throttled_name(request),
            key_id=request.auth.pk if isinstance(request.auth, ApiKey) else None,
            user_id=user.pk if user else None,
            owner_id=owner.pk if owner else None,
        )
        return Response(status=101)


def _require_own_origin(request: Request) -> None:
    """Where no key is needed, a page of some other site could look over the shoulder of who opened it."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.get_host():
        raise Forbidden("A page of another site needs a ticket to connect.")
