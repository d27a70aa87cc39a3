"""Quiet hours: windows by the clock of a zone in which the tables of a mapping are not read.

Arithmetic on moments alone. Where the clocks change within an hour in which a window begins or ends, the window is
taken at its longest; otherwise it is as long as that clock says.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from project.api.errors import InvalidRequest

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIELD = "quiet_hours"
MOST = 50  # windows of a mapping
AHEAD = timedelta(days=15)  # within two weeks every window has had its turn
STEPS = 100  # windows that an estimate goes through
MINUTES_OF_A_DAY = 24 * 60
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


@dataclass(frozen=True, kw_only=True)
class Window:
    """From a minute of the day to another one, which over midnight is that of the next day."""

    begins: int
    ends: int
    zone: ZoneInfo
    days: frozenset[int]  # on which it begins; 0 is Monday

    def around(self, moment: datetime, back: int, ahead: int) -> Iterator[tuple[datetime, datetime]]:
        """Its times that begin so many days before and after that moment, in order."""
        today = moment.astimezone(self.zone).date()
        for day in (today + timedelta(days=number) for number in range(-back, ahead + 1)):
            if day.weekday() in self.days:
                yield min(self._at(day, self.begins)), max(self._at(day, self.ends))

    def _at(self, day: date, minute: int) -> list[datetime]:
        """Both readings of a time of that clock: they differ when it comes twice, or not at all."""
        local = datetime.combine(day, time()) + timedelta(minutes=minute)
        return [local.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1)]


@dataclass(frozen=True, kw_only=True)
class Rest:
    """Tables are not read until then; the zone is that of the window which ends last."""

    until: datetime
    zone: ZoneInfo

    def told(self, now: datetime) -> str:
        """`paused until 18:00 Asia/Jakarta`, with the date when that is not today."""
        end = self.until.astimezone(self.zone)
        today = end.date() == now.astimezone(self.zone).date()
        return f"paused until {end:{'%H:%M' if today else '%Y-%m-%d %H:%M'}} {self.zone}"


@dataclass(frozen=True)
class QuietHours:
    """All windows of a mapping."""

    windows: tuple[Window, ...]

    @classmethod
    def of(cls, given: Any) -> Self:
        """As a mapping has them: a list of {from, to, zone, days}. Raises `InvalidRequest` naming the field and the
        mend."""
        if not isinstance(given, list) or len(given) > MOST:
            raise InvalidRequest.field(FIELD, f"Give a list of up to {MOST} windows, an empty one for none.")
        return cls(tuple(_window(f"{FIELD}[{number}]", one) for number, one in enumerate(given)))

    def rest(self, now: datetime) -> Rest | None:
        """None when tables may be read now."""
        found, moment = None, now
        while moment < now + AHEAD and (longer := self._window_at(moment)) is not None:
            found, moment = longer, longer.until
        return found

    def next_begin(self, now: datetime) -> datetime | None:
        """When the next window begins after that moment."""
        begins = (begin for one in self.windows for begin, _ in one.around(now, 1, 8) if begin > now)
        return min(begins, default=None)

    def after(self, now: datetime, seconds: float) -> datetime:
        """When so many seconds outside all windows have passed."""
        moment, left = now, timedelta(seconds=seconds)
        for _ in range(STEPS):
            rest = self.rest(moment)
            moment = moment if rest is None else rest.until
            begin = self.next_begin(moment)
            if begin is None or moment + left <= begin:
                break
            moment, left = begin, left - (begin - moment)
        return moment + left

    def check(self, now: datetime) -> None:
        """Raises `InvalidRequest` when they leave no time at all."""
        rest = self.rest(now)
        if rest is not None and rest.until >= now + AHEAD:
            raise InvalidRequest.field(FIELD, "They leave no time to compare in. Shorten or remove a window.")

    def _window_at(self, moment: datetime) -> Rest | None:
        ends = (
            Rest(until=end, zone=one.zone)
            for one in self.windows
            for begin, end in one.around(moment, 2, 1)
            if begin <= moment < end
        )
        return max(ends, key=lambda rest: rest.until, default=None)


def _window(place: str, given: Any) -> Window:
    if not isinstance(given, dict) or not {"from", "to", "zone"} <= given.keys() <= {"from", "to", "zone", "days"}:
        raise InvalidRequest.field(place, "Give from, to and zone, and days unless it is every day.")
    begins, ends = (_minute(f"{place}.{name}", given[name]) for name in ("from", "to"))
    if begins == MINUTES_OF_A_DAY:
        raise InvalidRequest.field(f"{place}.from", "A window that begins at midnight is from 00:00.")
    if begins == ends:
        raise InvalidRequest.field(f"{place}.to", "It is the same as from. A whole day is from 00:00 to 24:00.")
    return Window(
        begins=begins,
        ends=ends if ends > begins else ends + MINUTES_OF_A_DAY,
        zone=_zone(f"{place}.zone", given["zone"]),
        days=_days(f"{place}.days", given.get("days", list(DAYS))),
    )


def _minute(place: str, given: Any) -> int:
    if not isinstance(given, str) or not CLOCK.fullmatch(given):
        raise InvalidRequest.field(place, f"{given!r} is no time of day. Write it as 08:00, in quotes in a file.")
    hours, minutes = given.split(":")
    return int(hours) * 60 + int(minutes)


def _zone(place: str, given: Any) -> ZoneInfo:
    try:
        return ZoneInfo(given)
    except (KeyError, ValueError, OSError, TypeError, AttributeError):
        raise InvalidRequest.field(
            place, f"{given!r} is no time zone. Write one as Asia/Jakarta, from the IANA database."
        ) from None


def _days(place: str, given: Any) -> frozenset[int]:
    if not isinstance(given, list) or not given or any(day not in DAYS for day in given):
        raise InvalidRequest.field(place, f"Give a list of {', '.join(DAYS)}, or leave it out: every day.")
    return frozenset(DAYS.index(day) for day in given)
