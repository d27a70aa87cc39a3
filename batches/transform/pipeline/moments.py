"""Casts to dates and to datetimes with their zone, in ISO 8601."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from .frames import One
from .refusals import Unfit

DATE = "Invalid date format"
DATETIME = "Invalid datetime format"
_UTC_SECONDS = len("2024-01-01T00:00:00Z")


def day(pattern: str | None) -> One:
    """A date of a text."""

    def convert(value: Any) -> Any:
        if value is None:
            return None
        if type(value) is not str:
            raise Unfit(DATE)
        try:
            found = date.fromisoformat(value) if pattern is None else datetime.strptime(value, pattern).date()  # noqa: DTZ007
        except ValueError:
            raise Unfit(DATE) from None
        return found.isoformat()

    return convert


def moment(pattern: str | None, zone: str, output_zone: str | None) -> One:
    """A datetime of a text, as text with its offset; Z stands for UTC."""
    assumed = ZoneInfo(zone)
    shown_in = None if output_zone is None else ZoneInfo(output_zone)
    as_it_is = pattern is None and output_zone in {None, "UTC"}

    def convert(value: Any) -> Any:
        if value is None:
            return None
        if type(value) is not str:
            raise Unfit(DATETIME)
        try:
            found = datetime.fromisoformat(value) if pattern is None else datetime.strptime(value, pattern)  # noqa: DTZ007
            if as_it_is and len(value) == _UTC_SECONDS and value[-1] == "Z" and value[10] == "T":
                return value
            if found.tzinfo is None:
                found = found.replace(tzinfo=assumed)
            text = (found if shown_in is None else found.astimezone(shown_in)).isoformat()
        except (ValueError, OverflowError):
            raise Unfit(DATETIME) from None
        return f"{text[:-6]}Z" if text.endswith("+00:00") else text

    return convert
