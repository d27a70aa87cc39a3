"""Figures as people read them: counts, money, spans and moments of time."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString

NOTHING = "—"
STEPS = ((60, "s", 1), (3600, "min", 60), (86_400, "h", 3600), (None, "d", 86_400))


def count(value: Any) -> str:
    """A whole number with separators; a dash for none."""
    return NOTHING if value is None or value == "" else f"{int(value):,}"


def money(value: Any) -> str:
    """An amount with two decimals and separators, without its currency, which stands in the column's head."""
    return NOTHING if value is None or value == "" else f"{Decimal(str(value)):,.2f}"


def number(text: str) -> SafeString:
    """A figure in a list, set against the right edge of its column."""
    return format_html('<span class="number">{}</span>', text)


def currency() -> str:
    """The currency in brackets, for the head of a column; nothing when the installation names none."""
    return f"({settings.CURRENCY})" if settings.CURRENCY else ""


def span(seconds: Any) -> str:
    """A length of time in its two largest units: 4 s, 1 min 12 s, 3 h 5 min."""
    if seconds is None or seconds == "":
        return NOTHING
    left = float(seconds)
    if left < 1:
        return f"{left * 1000:.0f} ms"
    if left < 10 and left != int(left):
        return f"{left:.1f} s"
    return _in_units(round(left))


def _in_units(left: int) -> str:
    parts = []
    for size, name in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        whole, left = divmod(left, size)
        if whole:
            parts.append(f"{whole} {name}")
    return " ".join(parts[:2]) or "0 s"


def moment(value: datetime | str | None) -> datetime | None:
    """A moment from what a model or a document holds."""
    return parse_datetime(value) if isinstance(value, str) else value


def ago(value: datetime | str | None) -> SafeString | str:
    """A moment relative to now, with the exact UTC on hover; a dash for none."""
    at = moment(value)
    if at is None:
        return NOTHING
    seconds = (timezone.now() - at).total_seconds()
    return stamped(at, relative(seconds))


def relative(seconds: float) -> str:
    """12 s ago, in 3 min, now."""
    away = abs(seconds)
    length = next(f"{int(away // size)} {unit}" for most, unit, size in STEPS if not most or away < most)
    if away < 1:
        return "now"
    return f"{length} ago" if seconds > 0 else f"in {length}"


def stamped(at: datetime, text: str) -> SafeString:
    """Text for a moment that carries the moment itself."""
    exact = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        exact.isoformat(),
        exact.strftime("%Y-%m-%d %H:%M:%S"),
        text,
    )
