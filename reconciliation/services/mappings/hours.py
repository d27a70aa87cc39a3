"""Quiet hours as lines, for people: `08:00-18:00 Asia/Jakarta mon-fri`."""

import re
from collections.abc import Sequence
from typing import Any

from project.api.errors import InvalidRequest
from reconciliation.comparing.quiet import DAYS, FIELD

LINE = re.compile(r"(?P<begin>\d\d?:\d\d)\s*-\s*(?P<end>\d\d?:\d\d)\s+(?P<zone>\S+)(?:\s+(?P<days>\S.*))?")
Window = dict[str, Any]


def parsed(text: str) -> list[Window]:
    """A window from each line that isn't empty, as a mapping has them. Raises `InvalidRequest` naming the line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [_window(f"{FIELD}[{number}]", line) for number, line in enumerate(lines)]


def written(windows: Sequence[Window]) -> str:
    """The inverse of `parsed`."""
    return "\n".join(
        f"{one['from']}-{one['to']} {one['zone']}{_written_days(one['days']) if 'days' in one else ''}"
        for one in windows
    )


def _window(place: str, line: str) -> Window:
    found = LINE.fullmatch(line)
    if found is None:
        raise InvalidRequest.field(place, f"{line!r} is no window. Write it as 08:00-18:00 Asia/Jakarta mon-fri.")
    window = {"from": found["begin"].zfill(5), "to": found["end"].zfill(5), "zone": found["zone"]}
    if found["days"] is None:
        return window
    parts = re.split(r"[\s,]+", found["days"].lower().strip(" ,"))
    return {**window, "days": [day for part in parts for day in _named(f"{place}.days", part)]}


def _named(place: str, part: str) -> Sequence[str]:
    """A day, or those from one to another, which may be over the end of the week."""
    first, _, last = part.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise InvalidRequest.field(place, f"{part!r} is no day. Write days as mon, tue or mon-fri.")
    begin, end = DAYS.index(first), DAYS.index(last or first)
    return (DAYS + DAYS)[begin : end + 1 + (len(DAYS) if end < begin else 0)]


def _written_days(days: Sequence[str]) -> str:
    numbers = sorted(DAYS.index(day) for day in days)
    whole = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1))
    return f" {DAYS[numbers[0]]}-{DAYS[numbers[-1]]}" if whole else " " + " ".join(DAYS[one] for one in numbers)
