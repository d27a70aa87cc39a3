"""Spans of time and lists of names in a query string."""

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

SPAN = r"^[1-9]\d{0,4}[mhd]$"
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@extend_schema_field({"type": "string", "pattern": SPAN})
class Span(serializers.Field[Any, Any, Any, Any]):
    """Minutes, hours or days, as in 30m, 1h, 7d."""

    default_error_messages = {
        "invalid": "Must be a number of minutes, hours or days, as in 30m, 1h or 7d.",
        "too_long": "Is longer than what is kept: at most {days}d.",
    }

    def __init__(self, *, longest: timedelta, **options: Any) -> None:
        self.longest = longest
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> timedelta:
        if not isinstance(data, str) or not re.fullmatch(SPAN, data, re.ASCII):
            self.fail("invalid")
        length = int(data[:-1]) * UNITS[data[-1]]
        if length > self.longest:
            self.fail("too_long", days=self.longest.days)
        return length


@extend_schema_field({"type": "string"})
class Names(serializers.Field[Any, Any, Any, Any]):
    """Names out of a fixed list, separated by commas; each counts once."""

    default_error_messages = {"unknown": '"{name}" is none of {known}.'}

    def __init__(self, *, known: Collection[str], **options: Any) -> None:
        self.known = known
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> list[str]:
        names = list(dict.fromkeys(name.strip() for name in str(data).split(",")))
        for name in names:
            if name not in self.known:
                self.fail("unknown", name=name, known=", ".join(self.known))
        return names
