"""Dates and times as numbers since 1970, over the whole range of both servers, which Python's own do not cover."""

import re
from datetime import UTC, date, datetime, time, timedelta

DAY = 86_400_000_000  # microseconds
PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"(\d{4,})-(\d\d)-(\d\d)")
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?")
_ZONE = re.compile(r"Z|([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?")
_DURATION = re.compile(
    r"P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?"
    r"(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d+))?S)?)?"
)


def days(value: date | int | str) -> int:
    """Days since 1970-01-01, of a date, the number itself or a text such as `0044-03-15 BC`."""
    if isinstance(value, int):
        return value
    if isinstance(value, date):
        return value.toordinal() - 719_163
    text, before = _era(value)
    match = _DATE.fullmatch(text)
    return _days(_whole(match, value), before)


def microseconds(value: time | int | str) -> int:
    """Microseconds since midnight; what is finer is cut off."""
    if isinstance(value, int):
        return value
    if isinstance(value, time):
        return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    return _time(_whole(_TIME.fullmatch(value), value))


def instant(value: datetime | int | str) -> int:
    """Microseconds since 1970 UTC. A time without a zone is UTC."""
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return (aware - _EPOCH) // timedelta(microseconds=1)
    text, before = _era(value)
    on = _whole(_DATE.match(text), value)
    rest = text[on.end() :].lstrip("T ")
    at = _TIME.match(rest)
    zone = rest[at.end() if at else 0 :].strip()
    return _days(on, before) * DAY + (_time(at) if at else 0) - _offset(zone, value)


def duration(text: str) -> tuple[int, int, int]:
    """Months, days and microseconds of an ISO 8601 duration."""
    match = _whole(_DURATION.fullmatch(text), text)
    years, months, weeks, some_days, hours, minutes = (int(match[place] or 0) for place in range(1, 7))
    seconds = int(match[8] or 0) * 1_000_000 + _fraction(match[9])
    micro = (hours * 60 + minutes) * 60_000_000 + (-seconds if match[7] else seconds)
    return years * 12 + months, weeks * 7 + some_days, micro


def date_text(number: int) -> str:
    """The inverse of `days`, as PostgreSQL writes and reads it."""
    year, month, day = _civil(number)
    return f"{year if year > 0 else 1 - year:04d}-{month:02d}-{day:02d}" + ("" if year > 0 else " BC")


def time_text(number: int) -> str:
    """The inverse of `microseconds`; a fraction only where there is one."""
    seconds, fraction = divmod(number, 1_000_000)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{fraction:06d}".rstrip("0") if fraction else text


def instant_text(number: int) -> str:
    """The inverse of `instant`, in UTC."""
    day, rest = divmod(number, DAY)
    on, *before = date_text(day).split(" ")
    return " ".join([f"{on}T{time_text(rest)}Z", *before])


def duration_text(months: int, some_days: int, micro: int) -> str:
    """The inverse of `duration`."""
    sign, (seconds, fraction) = ("-" if micro < 0 else ""), divmod(abs(micro), 1_000_000)
    tail = f".{fraction:06d}".rstrip("0") if fraction else ""
    return f"P{months}M{some_days}DT{sign}{seconds}{tail}S"


def _whole(match: re.Match[str] | None, value: str) -> re.Match[str]:
    if match is None:
        raise ValueError(f"{value!r} is no date or time")
    return match


def _era(text: str) -> tuple[str, bool]:
    before = text.endswith(" BC")
    return text.removesuffix(" BC"), before


def _fraction(digits: str | None) -> int:
    return int((digits or "0")[:6].ljust(6, "0"))


def _time(match: re.Match[str]) -> int:
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
    return ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + _fraction(match[4])


def _offset(zone: str, value: str) -> int:
    if not zone:
        return 0
    match = _whole(_ZONE.fullmatch(zone), value)
    seconds = (int(match[2] or 0) * 60 + int(match[3] or 0)) * 60 + int(match[4] or 0)
    return (-seconds if match[1] == "-" else seconds) * 1_000_000


def _days(match: re.Match[str], before: bool) -> int:
    """Of the proleptic Gregorian calendar: years counted from March in eras of 400."""
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        raise ValueError(f"{match[0]!r} is no date")
    year = (1 - year if before else year) - (month <= 2)
    era, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def _civil(number: int) -> tuple[int, int, int]:
    """The inverse of `_days`; year 0 is 1 BC."""
    era, day = divmod(number + 719_468, 146_097)
    of_era = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    of_year = day - (365 * of_era + of_era // 4 - of_era // 100)
    shifted = (5 * of_year + 2) // 153
    month = (shifted + 2) % 12 + 1
    return era * 400 + of_era + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1
