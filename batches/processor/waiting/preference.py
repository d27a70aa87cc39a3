"""What a client says of how long it would wait (RFC 7240), and the word that a view leaves about it."""

import re
from dataclasses import dataclass
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

LATER = "tutup.ended"  # in the scope of a request whose answer waits
LONGEST_SECONDS = 60
WAIT = re.compile(r"\s*wait\s*=\s*\"?(\d{1,9})\"?\s*(?:;.*)?", re.IGNORECASE)
PREFER = OpenApiParameter(
    "Prefer",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=f"`wait=SECONDS`, at most {LONGEST_SECONDS}: answer with the results if there are any by then",
)


@dataclass(frozen=True, kw_only=True)
class Later:
    """The results of this batch are wanted if it ends within so many seconds; else the answer that there is."""

    batch_id: str
    seconds: int


def wait_for(request: Request, batch_id: str) -> None:
    """Hold the answer of this request back, if its client would rather wait for the results. Leave out what a client
    can't mean: a preference is no demand."""
    scope: dict[str, Any] | None = getattr(request._request, "scope", None)
    given = (WAIT.fullmatch(one) for one in request.headers.get("Prefer", "").split(","))
    seconds = next((int(found[1]) for found in given if found), 0)
    if scope is not None and seconds:
        scope[LATER] = Later(batch_id=batch_id, seconds=min(seconds, LONGEST_SECONDS))
