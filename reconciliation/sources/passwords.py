"""Passwords of connections, which are kept nowhere but in the environment."""

from django.core.exceptions import ImproperlyConfigured

from project.environment import Environment
from reconciliation.definition import Place

from .protocol import SourceError


def password(place: Place) -> str:
    """What the variable of the connection says; empty when it names none. Raises `SourceError` when it isn't set."""
    if not place.password_variable:
        return ""
    try:
        found = Environment().text(place.password_variable)
    except ImproperlyConfigured as error:
        raise SourceError(f"{place.connection}: {error}") from error
    if not found:
        raise SourceError(
            f"{place.connection}: the environment variable {place.password_variable} has no password: set it or its "
            "_FILE twin where the workers run."
        )
    return found
