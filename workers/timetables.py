"""When a schedule runs. Arithmetic on moments alone: nothing here looks at a clock or at the database."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice, takewhile
from typing import Self
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from project.api.errors import InvalidRequest
from workers.models import Schedule

CRON_FIELDS = 5
SHORTEST, LONGEST = 1, 366 * 24 * 3600  # seconds of an interval
FIRST_YEAR, LAST_YEAR = 1970, 9000  # far enough from the ends of the calendar that moments and zones stay within it
MOST_COUNTED = 10_000  # moments of a cron line, which have to be gone through: a tenth of a second for most
MOMENT = timedelta(microseconds=1)  # the smallest step of PostgreSQL's clock


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """The moments of a schedule: `starts_at` and every interval after it, or those of a cron line.

    Cron lines have five fields and go by the wall clock of the zone as Debian's cron does: a run at a time that the
    change to summer time leaves out is made when the clock has jumped, one at a time that comes twice is made once;
    lines with a star for hours or minutes go on by elapsed time. Intervals know no wall clock.
    """

    interval_seconds: float | None
    cron: str | None
    time_zone: str
    starts_at: datetime
    ends_at: datetime | None

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        """The timetable of a stored schedule."""
        return cls(
            interval_seconds=schedule.interval_seconds,
            cron=schedule.cron,
            time_zone=schedule.time_zone,
            starts_at=schedule.starts_at,
            ends_at=schedule.ends_at,
        )

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Its moments later than this one, in order, in UTC; none after `ends_at` or the end of the calendar."""
        with suppress(OverflowError):
            start = max(moment, self.starts_at - MOMENT)
            for at in self._by_interval(start) if self.cron is None else self._by_cron(start, self.cron):
                if self.ends_at is not None and at > self.ends_at:
                    return
                yield at

    def next(self, not_before: datetime) -> datetime | None:
        """Its first moment that isn't before this one."""
        return next(self.after(not_before - MOMENT), None)

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Its moments later than `after` and not later than `until`."""
        return takewhile(lambda at: at <= until, self.after(after))

    def count(self, after: datetime, until: datetime) -> int:
        """How many moments there are `between`; of a cron line it counts `MOST_COUNTED` at most."""
        if self.cron is not None:
            return sum(1 for _ in islice(self.between(after, until), MOST_COUNTED))
        end = until if self.ends_at is None else min(until, self.ends_at)
        return max(0, self._number(end) - max(self._number(after), -1))

    def check(self) -> None:
        """Raises `InvalidRequest` naming what can't be."""
        if (self.interval_seconds is None) == (self.cron is None):
            raise InvalidRequest.field("intervalSeconds", "Give either this or cron.")
        if self.interval_seconds is not None and not SHORTEST <= self.interval_seconds <= LONGEST:
            raise InvalidRequest.field("intervalSeconds", f"Must be {SHORTEST} to {LONGEST} (366 days).")
        _check_year("startsAt", self.starts_at)
        if self.ends_at is not None:
            _check_year("endsAt", self.ends_at)
            if self.ends_at <= self.starts_at:
                raise InvalidRequest.field("endsAt", "Must be later than startsAt.")
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):
            reason = "Is no time zone. Write one as Europe/Berlin, from the IANA database."
            raise InvalidRequest.field("timeZone", reason) from None
        if self.cron is not None:
            self._check_cron(self.cron)

    def _check_cron(self, line: str) -> None:
        if len(line.split()) != CRON_FIELDS:
            reason = "Write five fields: minute, hour, day of month, month, day of week."
            raise InvalidRequest.field("cron", reason)
        try:
            first = next(CronSim(line, self.starts_at), None)
        except CronSimError as error:
            raise InvalidRequest.field("cron", f"{error}.") from None
        if first is None:
            raise InvalidRequest.field("cron", "There is no such day.")

    def describe(self) -> str:
        """In words, for people: "At 09:00 on Monday through Friday, Asia/Jakarta"."""
        if self.cron is None:
            return f"Every {self.interval_seconds:g} seconds"
        return f"{CronSim(self.cron, self.starts_at).explain()}, {self.time_zone}"

    def _by_interval(self, start: datetime) -> Iterator[datetime]:
        for number in count(self._number(start) + 1):
            yield self.starts_at + number * self._step

    @property
    def _step(self) -> timedelta:
        return timedelta(seconds=self.interval_seconds or 0.0)

    def _number(self, moment: datetime) -> int:
        """How many intervals lie between `starts_at` and the last moment until this one; negative before the first."""
        return (moment - self.starts_at) // self._step

    def _by_cron(self, start: datetime, line: str) -> Iterator[datetime]:
        for local in CronSim(line, start.astimezone(ZoneInfo(self.time_zone))):
            at = local.astimezone(UTC)
            if at > start:  # in an hour that comes twice the library begins with the first of the two
                yield at


def _check_year(field: str, moment: datetime) -> None:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise InvalidRequest.field(field, f"Use a year from {FIRST_YEAR} to {LAST_YEAR}.")
