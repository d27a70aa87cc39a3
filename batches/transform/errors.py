"""How bad items are told."""

from typing import Any

from project.api.errors import InvalidRequest

MESSAGE = "Invalid data format in batch"
UNFORESEEN = {"error": "internal_server_error", "message": "An unexpected error occurred"}


def stored(found: dict[str, Any]) -> dict[str, Any]:
    """Why a batch failed, as its document tells it."""
    return {"error": "validation_error", "message": MESSAGE, "details": found}


def bad_item(found: dict[str, Any]) -> InvalidRequest:
    """The 400 of a batch that one item fails, from its `details`."""
    return InvalidRequest(MESSAGE, details=found)
