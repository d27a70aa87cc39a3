"""Pages that stay right while rows are added: each starts after the last row of the one before (keyset)."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from rest_framework.request import Request

from project.api.errors import ErrorCode, InvalidRequest

Row = TypeVar("Row", bound=Model)

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000


@dataclass(frozen=True)
class Cursor:
    """The order of a list, by fields that together are unique: `Cursor("-posting_date", "-id")`, all in one direction.

    A cursor that a client sends back is signed, so that it can't be made up, and belongs to the list that gave it.
    """

    order: tuple[str, ...]

    def __init__(self, *order: str) -> None:
        if not order or len({name.startswith("-") for name in order}) != 1:
            raise ValueError("Order by at least one field, and by all in the same direction.")
        object.__setattr__(self, "order", order)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names without their direction."""
        return tuple(name.removeprefix("-") for name in self.order)

    def page(self, request: Request, rows: QuerySet[Row], shown: Callable[[Row], Any]) -> dict[str, Any]:
        """One page of a query: `{"results": [...], "next": cursor or null}`."""
        count = limit(request)
        after = self.after(request)
        if after is not None:
            rows = rows.filter(self._beyond(rows.model, after))
        found = list(rows.order_by(*self.order)[: count + 1])
        return self.body(found, count, shown, lambda row: [getattr(row, name) for name in self.fields])

    def body(
        self, found: Sequence[Any], count: int, shown: Callable[[Any], Any], key: Callable[[Any], Sequence[Any]]
    ) -> dict[str, Any]:
        """The same of rows that were read otherwise, one more than `count` where there are more."""
        page = found[:count]
        more = len(found) > count
        return {"results": [shown(row) for row in page], "next": self.encode(key(page[-1])) if more else None}

    def after(self, request: Request) -> list[Any] | None:
        """The values that the page begins after, as text or numbers; None on the first page. Raises a 400."""
        given = request.query_params.get("cursor")
        return self.decode(given) if given else None

    def encode(self, values: Sequence[Any]) -> str:
        """The cursor for what follows these values."""
        return self._signer().sign_object([_plain(value) for value in values], serializer=_Json)

    def decode(self, text: str) -> list[Any]:
        """The values behind a cursor. Raises a 400 for anything this list didn't give out."""
        try:
            values: list[Any] = self._signer().unsign_object(text, serializer=_Json)
        except (signing.BadSignature, ValueError) as error:
            message = "cursor: This isn't a cursor of this list. Start again without one."
            raise InvalidRequest(message, code=ErrorCode.INVALID_CURSOR) from error
        return values

    def _signer(self) -> signing.Signer:
        return signing.Signer(salt=f"cursor {' '.join(self.order)}")

    def _beyond(self, model: type[Model], after: Sequence[Any]) -> Q:
        """`(a, b) > (x, y)`, written so that PostgreSQL starts in the index at the first field."""
        compare = "lt" if self.order[0].startswith("-") else "gt"
        fields = {field.name: field for field in model._meta.fields}
        values = [fields[name].to_python(value) for name, value in zip(self.fields, after, strict=True)]
        condition = Q()
        for name, value in reversed(list(zip(self.fields, values, strict=True))):
            beyond = Q(**{f"{name}__{compare}": value})
            condition = beyond | (Q(**{name: value}) & condition) if condition else beyond
        return condition & Q(**{f"{self.fields[0]}__{compare}e": values[0]})


def limit(request: Request) -> int:
    """The query parameter `limit`: how many rows a page has. Raises a 400 outside 1 to 1000."""
    text = request.query_params.get("limit")
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_LIMIT):
        raise InvalidRequest.field("limit", f"Use a whole number from 1 to {MAX_LIMIT}.")
    return int(text)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, int | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


class _Json:
    """JSON for the signer: Django's own would cut microseconds."""

    def dumps(self, values: Any) -> bytes:
        return json.dumps(values, separators=(",", ":")).encode()

    def loads(self, text: bytes) -> Any:
        return json.loads(text)
