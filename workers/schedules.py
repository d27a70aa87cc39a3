"""What to do with the runs of a schedule that are due: the rules of catching up and of overlap."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from workers.models import CatchUp, Overlap
from workers.timetables import Timetable

ON_TIME = timedelta(seconds=60)  # a run no later than this was not missed
CATCH_UP_LIMIT = 100  # runs of one absence that are made up for, the newest
FIRST_LOOK = timedelta(seconds=CATCH_UP_LIMIT)  # back from now for them; no two are closer than a second


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
    if due > now:
        return [], 0, due
    newest = [due, *_newest(timetable, due, now)][-CATCH_UP_LIMIT:]
    return newest, 1 + timetable.count(due, now), next(timetable.after(now), None)


def _newest(timetable: Timetable, due: datetime, now: datetime) -> list[datetime]:
    """The newest moments after `due`, looked for in ever longer times before `now`: there may be millions of older."""
    back = FIRST_LOOK
    while True:
        begin = max(due, now - back)
        found = deque(timetable.between(begin, now), maxlen=CATCH_UP_LIMIT)
        if len(found) == CATCH_UP_LIMIT or begin == due:
            return list(found)
        back *= 2


def _on_time(moment: datetime, now: datetime) -> bool:
    return now - moment <= ON_TIME
