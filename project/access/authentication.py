"""Who is it: an API key in either of two headers. The console's session is DRF's own class."""

from django.contrib.auth.models import User
from rest_framework import authentication
from rest_framework.request import Request

from project.access import keys
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


def _presented(request: Request) -> str | None:
    """The key that came with the request. Other schemes than Bearer belong to somebody else, a proxy for instance."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return request.headers.get("X-API-Key")
