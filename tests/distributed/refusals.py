"""What every refusal under /api/distributed has in common."""

import json
from typing import Any

from project.api.errors import ErrorCode


def refused(response: Any, status: int, code: ErrorCode) -> dict[str, Any]:
    """The body, which says that it is no success, and what to compare."""
    body: dict[str, Any] = json.loads(response.content)
    assert (response.status_code, body["success"], body["error"]) == (status, False, code.value), body
    assert body["message"]
    assert body["request_id"] == response["X-Request-ID"]
    return body


def wrong_field(response: Any, field: str) -> str:
    """The reason why a field is refused."""
    body = refused(response, 400, ErrorCode.INVALID_REQUEST)
    assert list(body["details"]["fields"]) == [field], body
    assert body["message"].startswith(f"{field}: ")
    return str(body["details"]["fields"][field][0])
