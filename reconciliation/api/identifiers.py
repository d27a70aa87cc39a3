"""Ids in an address."""

from uuid import UUID

from project.api.errors import InvalidRequest


def uuid_of(name: str, text: str) -> UUID:
    """Raises a 400 that names the parameter for what isn't a UUID."""
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidRequest.field(name, "Must be a valid UUID.") from error
