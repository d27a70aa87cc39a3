"""Casts to dates and to datetimes with their zone, in ISO 8601."""

from collections import deque
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from .frames import Column, Many, One
from .refusals import Unfit

DATE = "Invalid date format"
DATETIME = "Invalid datetime format"
_PLAIN = "2024-01-01T00:00:00Z"  # what datetimes look like that need no other form
_SIGNS = [(place, sign) for place, sign in enumerate(_PLAIN) if sign in "-T:Z"]


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
    as_it_is = stays(pattern, output_zone)

    def convert(value: Any) -> Any:
        if value is None:
            return None
        if type(value) is not str:
            raise Unfit(DATETIME)
        try:
            found = datetime.fromisoformat(value) if pattern is None else datetime.strptime(value, pattern)  # noqa: DTZ007
            if as_it_is and len(value) == len(_PLAIN) and all(value[place] == sign for place, sign in _SIGNS):
                return value
            if found.tzinfo is None:
                found = found.replace(tzinfo=assumed)
            text = (found if shown_in is None else found.astimezone(shown_in)).isoformat()
        except (ValueError, OverflowError):
            raise Unfit(DATETIME) from None
        return f"{text[:-6]}Z" if text.endswith("+00:00") else text

    return convert


def moments(one: One) -> Many:
    """The same of texts all at once, where they stay as they are: in UTC and whole seconds, as most are."""

    def convert(column: Column) -> Column:
        text, count, length = "".join(column), len(column), len(_PLAIN)
        if set(map(len, column)) == {length} and all(text[at::length] == sign * count for at, sign in _SIGNS):
            deque(map(datetime.fromisoformat, column), maxlen=0)
            return column
        return [one(value) for value in column]

    return convert


def stays(pattern: str | None, output_zone: str | None) -> bool:
    """Whether a datetime of UTC may stay as it is."""
    return pattern is None and output_zone in {None, "UTC"}
