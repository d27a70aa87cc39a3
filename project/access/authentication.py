"""Who is it: an API key in either of two headers, or a ticket in the address. Sessions of the console are DRF's own."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser, User
from rest_framework import authentication
from rest_framework.request import Request

from project.access import keys, tickets
from project.access.models import ApiKey
from project.api.errors import Unauthenticated

CHALLENGE = 'Bearer realm="tutup"'


class ApiKeyAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer KEY` or `X-API-Key: KEY`. A key that is sent must be right, also where none is needed."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        secret = _presented(request)
        if secret is None:
            return None
        key = keys.find(secret)
        if key is None:
            raise Unauthenticated(
                "Invalid or missing API key", headers={"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'}
            )
        return key.owner, key

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class TicketAuthentication(authentication.BaseAuthentication):
    """`?token=TICKET`, which is used up by it. One that is sent must be right. A subclass says what it opens."""

    purpose: ClassVar[str]

    def authenticate(self, request: Request) -> tuple[User | AnonymousUser, ApiKey | None] | None:
        secret = request.query_params.get("token")
        if secret is None:
            return None
        ticket = tickets.take(secret, purpose=self.purpose)
        if ticket is None:
            raise Unauthenticated(
                "This ticket was used, or its time is over. Get another one.", headers={"WWW-Authenticate": CHALLENGE}
            )
        return (ticket.key.owner if ticket.key else ticket.user or AnonymousUser()), ticket.key

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


def _presented(request: Request) -> str | None:
    """The key that came with the request. Other schemes than Bearer belong to somebody else, a proxy for instance."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return request.headers.get("X-API-Key")
