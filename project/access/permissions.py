"""Which roles a request has, and whether they are enough for its method."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from project.access.models import ApiKey
from project.access.roles import EVERYONE, Role
from project.api.errors import Forbidden, MethodNotAllowed

if TYPE_CHECKING:
    from rest_framework.views import APIView  # DRF loads this module while it loads its views


def roles_of(request: Request) -> frozenset[Role]:
    """The roles of a request: its key's, else those of the session's user.

    With REQUIRE_API_KEY=false a caller without any credentials has all of them.
    """
    if isinstance(request.auth, ApiKey):
        return frozenset(Role(name) for name in request.auth.roles)
    if not request.user.is_authenticated:
        return frozenset() if settings.REQUIRE_API_KEY else EVERYONE
    if request.user.is_superuser:
        return EVERYONE
    return frozenset(
        Role(name) for name in request.user.groups.filter(name__in=EVERYONE).values_list("name", flat=True)
    )


class HasRole(BasePermission):
    """Lets a request through that has one of the roles which `view.roles` names for its method."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        held = roles_of(request)
        if not held and not request.user.is_authenticated:
            return False  # DRF makes a 401 with the challenge of it
        method = str(request.method)
        if method not in view.allowed_methods:
            raise MethodNotAllowed(f"{method} isn't possible here.", headers={"Allow": ", ".join(view.allowed_methods)})
        needed = needed_roles(view, method)
        if held.isdisjoint(needed):
            raise Forbidden(_refusal(needed), details={"roles": sorted(needed)})
        return True


def needed_roles(view: "APIView", method: str) -> Collection[Role]:
    """The roles that a view asks for. HEAD is GET without a body."""
    roles: dict[str, Collection[Role]] = getattr(view, "roles", {})
    return roles.get("GET" if method == "HEAD" else method, ())


def _refusal(needed: Collection[Role]) -> str:
    return f"This needs one of these roles: {', '.join(sorted(needed)) or 'none may do it'}."
