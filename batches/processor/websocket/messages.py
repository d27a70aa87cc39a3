"""What a client says, and how it is told that this can't be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from rest_framework import serializers

from batches.processor import errors
from project.api.errors import ApiError, InvalidRequest, PayloadTooLarge
from project.api.serializers import StrictSerializer

MOST_CHARACTERS = 4096  # fifty times what a message needs
SUBSCRIBE, UNSUBSCRIBE = "subscribe", "unsubscribe"


class Wanted(StrictSerializer):
    """A message of a client."""

    action = serializers.ChoiceField(
        choices=[SUBSCRIBE, UNSUBSCRIBE],
        error_messages={"invalid_choice": f"Must be {SUBSCRIBE} or {UNSUBSCRIBE}."},
    )
    batch_id = serializers.CharField(max_length=256, trim_whitespace=False)


@dataclass(frozen=True)
class Request:
    """What a client wants about one batch."""

    action: str
    batch_id: str


def understood(message: Mapping[str, Any]) -> Request:
    """The request in an ASGI message. Raises an ApiError that says what is wrong, and DRF's ValidationError."""
    text = message.get("text")
    if text is None:
        raise InvalidRequest("Send JSON as text, not as binary.")
    if len(text) > MOST_CHARACTERS:
        raise PayloadTooLarge(f"The message is longer than {MOST_CHARACTERS} characters.")
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise InvalidRequest('The message isn\'t JSON. Send {"action": "subscribe", "batch_id": "..."}.') from None
    wanted = Wanted(data=body)
    wanted.is_valid(raise_exception=True)
    return Request(**wanted.validated_data)


def refused(error: ApiError, batch_id: str | None = None) -> str:
    """An error as a message: the body that it has over HTTP, with the batch if it is about one."""
    body = error.body()
    return orjson.dumps({**body, "batch_id": batch_id} if batch_id is not None else body).decode()


def unknown(batch_id: str) -> str:
    """There is no such batch, or it is somebody else's."""
    return refused(errors.unknown_batch(batch_id), batch_id)


def unsubscribed(batch_id: str) -> str:
    """Nothing more comes about this batch."""
    return orjson.dumps({"action": "unsubscribed", "batch_id": batch_id}).decode()
