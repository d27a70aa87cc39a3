"""Which roles the person in front of the console has, and what a page may therefore show."""

from collections.abc import Collection
from weakref import WeakKeyDictionary

from django.http import HttpRequest

from project.access.roles import EVERYONE, Role

_held: WeakKeyDictionary[HttpRequest, frozenset[Role]] = WeakKeyDictionary()


def held_roles(request: HttpRequest) -> frozenset[Role]:
    """The roles of a request's user, read once a request; none for anybody who isn't staff."""
    if request not in _held:
        _held[request] = _read(request)
    return _held[request]


def holds(request: HttpRequest, roles: Collection[Role]) -> bool:
    """Whether the request's user has one of the roles."""
    return not held_roles(request).isdisjoint(roles)


def _read(request: HttpRequest) -> frozenset[Role]:
    user = request.user
    if not (user.is_active and user.is_staff):
        return frozenset()
    if user.is_superuser:
        return EVERYONE
    return frozenset(Role(name) for name in user.groups.filter(name__in=EVERYONE).values_list("name", flat=True))
