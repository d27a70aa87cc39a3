"""When a schedule runs: its moments, and what to do with those that are due.

Arithmetic on moments alone: nothing here looks at a clock or at the database.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from typing import Self
from zoneinfo import ZoneInfo

from cronsim import CronSim

from workers.models import CatchUp, Overlap, Schedule

ON_TIME = timedelta(seconds=60)  # a run no later than this was not missed
CATCH_UP_LIMIT = 100  # runs of one absence that are made up for, the newest
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
        """Its moments later than this one, in order, in UTC; none after `ends_at`."""
        start = max(moment, self.starts_at - MOMENT)
        for at in self._by_interval(start) if self.cron is None else self._by_cron(start, self.cron):
            if self.ends_at is not None and at > self.ends_at:
                return
            yield at

    def next(self, not_before: datetime) -> datetime | None:
        """Its first moment that isn't before this one."""
        return next(self.after(not_before - MOMENT), None)

    def describe(self) -> str:
        """In words, for people: "At 09:00 on Monday through Friday, Asia/Jakarta"."""
        if self.cron is None:
            return f"Every {self.interval_seconds:g} seconds"
        return f"{CronSim(self.cron, self.starts_at).explain()}, {self.time_zone}"

    def _by_interval(self, start: datetime) -> Iterator[datetime]:
        step = timedelta(seconds=self.interval_seconds or 0.0)
        for number in count((start - self.starts_at) // step + 1):
            yield self.starts_at + number * step

    def _by_cron(self, start: datetime, line: str) -> Iterator[datetime]:
        for local in CronSim(line, start.astimezone(ZoneInfo(self.time_zone))):
            at = local.astimezone(UTC)
            if at > start:  # in an hour that comes twice the library begins with the first of the two
                yield at


@dataclass(frozen=True, kw_only=True)
class Step:
    """What to do about a schedule that is due. One run at most: look again while `next_at` has come."""

    run_for: datetime | None
    left_out: int
    next_at: datetime | None


def next_step(
    timetable: Timetable, *, due: datetime, now: datetime, catch_up: CatchUp, overlap: Overlap, busy: bool
) -> Step:
    """Decides by the two rules. `due` is the first moment that nobody has looked at, `busy` whether a run hasn't ended.

    Of the moments up to now `all` makes a run for each, `latest` for the newest, `none` for that if it isn't late. A
    run is left out by `skip` while the one before goes on; one of `all` that is late anyway waits instead.
    """
    moments, total, later = _moments(timetable, due, now)
    runs = _to_make_up(moments, now, catch_up)
    left_out = total - len(runs)
    first, follower = runs[0] if runs else None, runs[1] if len(runs) > 1 else later
    if first is None or not (busy and overlap is Overlap.SKIP):
        return Step(run_for=first, left_out=left_out, next_at=follower)
    if catch_up is CatchUp.ALL and not _on_time(first, now):
        return Step(run_for=None, left_out=left_out, next_at=first)
    return Step(run_for=None, left_out=left_out + 1, next_at=follower)


def _to_make_up(moments: list[datetime], now: datetime, catch_up: CatchUp) -> list[datetime]:
    match catch_up:
        case CatchUp.ALL:
            return moments
        case CatchUp.LATEST:
            return moments[-1:]
        case CatchUp.NONE:
            return [at for at in moments[-1:] if _on_time(at, now)]


def _moments(timetable: Timetable, due: datetime, now: datetime) -> tuple[list[datetime], int, datetime | None]:
    """The newest moments from `due` to `now`, how many there were in all, and the first one later."""
    newest: deque[datetime] = deque(maxlen=CATCH_UP_LIMIT)
    total = 0
    for at in chain([due], timetable.after(due)):
        if at > now:
            return list(newest), total, at
        newest.append(at)
        total += 1
    return list(newest), total, None


def _on_time(moment: datetime, now: datetime) -> bool:
    return now - moment <= ON_TIME
