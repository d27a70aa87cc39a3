"""When schedules run: intervals, cron lines, changes of the clock, and what is made up for after an absence."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from project.api.errors import InvalidRequest
from workers.models import CatchUp, Overlap
from workers.schedules import CATCH_UP_LIMIT, Step, next_step
from workers.timetables import MOMENT, MOST_COUNTED, Timetable

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 1, 1, tzinfo=UTC)

moments = some.timedeltas(timedelta(0), timedelta(days=1000)).map(lambda time: START + time)


def every(seconds: float, **more) -> Timetable:
    return Timetable(
        **{"interval_seconds": seconds, "cron": None, "time_zone": "UTC", "starts_at": START, "ends_at": None} | more
    )


def cron(line: str, zone: str = "Europe/Berlin", **more) -> Timetable:
    return Timetable(
        **{"interval_seconds": None, "cron": line, "time_zone": zone, "starts_at": START, "ends_at": None} | more
    )


def local(timetable: Timetable, after: datetime, count: int) -> list[str]:
    """The next moments on Berlin's clock."""
    return [f"{at.astimezone(BERLIN):%d. %H:%M %Z}" for at in islice(timetable.after(after), count)]


def test_an_interval_counts_from_its_start():
    assert list(islice(every(90).after(START - timedelta(days=1)), 3)) == [
        START,
        START + timedelta(seconds=90),
        START + timedelta(seconds=180),
    ]
    assert every(90).next(START + timedelta(seconds=90)) == START + timedelta(seconds=90)
    assert every(90).next(START + timedelta(seconds=91)) == START + timedelta(seconds=180)


@given(
    some.floats(min_value=1, max_value=1e7),
    moments,
)
def test_an_interval_never_drifts_and_never_stands_still(seconds, moment):
    first, second = islice(every(seconds).after(moment), 2)
    step = timedelta(seconds=seconds)
    assert moment < first <= moment + step
    assert second - first == step
    assert (first - START) % step == timedelta(0)


def test_nothing_comes_after_the_end():
    timetable = every(60, ends_at=START + timedelta(seconds=60))
    assert list(timetable.after(START - timedelta(days=1))) == [START, START + timedelta(seconds=60)]
    assert timetable.next(START + timedelta(seconds=61)) is None


def test_a_cron_line_goes_by_the_wall_clock_of_its_zone():
    assert local(cron("0 9 * * MON-FRI"), datetime(2026, 3, 27, 12, tzinfo=UTC), 2) == [
        "30. 09:00 CEST",
        "31. 09:00 CEST",
    ]
    assert cron("0 9 * * *", "Asia/Jakarta").next(START) == datetime(2026, 1, 1, 2, tzinfo=UTC)


def test_a_moment_that_is_the_start_counts():
    assert cron("0 0 * * *", "UTC").next(START) == START


def test_a_time_that_summer_time_leaves_out_is_made_once_the_clock_has_jumped():
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert local(cron("30 2 * * *"), before, 2) == ["29. 03:00 CEST", "30. 02:30 CEST"]


def test_a_time_that_comes_twice_is_made_once():
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert local(cron("30 2 * * *"), before, 2) == ["25. 02:30 CEST", "26. 02:30 CET"]


def test_in_the_second_of_the_two_hours_the_first_is_over():
    between = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 CET
    assert local(cron("30 2 * * *"), between, 1) == ["26. 02:30 CET"]


def test_hourly_lines_go_on_through_both_changes():
    spring, autumn = datetime(2026, 3, 28, 23, 30, tzinfo=UTC), datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    assert local(cron("0 * * * *"), spring, 3) == ["29. 01:00 CET", "29. 03:00 CEST", "29. 04:00 CEST"]
    assert local(cron("0 * * * *"), autumn, 3) == ["25. 02:00 CEST", "25. 02:00 CET", "25. 03:00 CET"]


@given(
    some.sampled_from(["* * * * *", "30 2 * * *", "0 */3 * * *", "0 0 * * SUN", "15,45 0-3 * * *", "0 1 L * *"]),
    some.sampled_from(["Europe/Berlin", "America/New_York", "Africa/Cairo", "Asia/Jakarta", "Australia/Lord_Howe"]),
    moments,
)
def test_the_moments_of_a_cron_line_ascend_and_do_not_depend_on_where_one_begins(line, zone, moment):
    found = list(islice(cron(line, zone).after(moment), 5))
    assert found == sorted(set(found))
    assert found[0] > moment
    assert list(islice(cron(line, zone).after(found[1]), 3)) == found[2:]


def test_schedules_are_described_in_words():
    assert every(300).describe() == "Every 300 seconds"
    assert cron("0 9 * * MON-FRI").describe() == "At 09:00 on Monday through Friday, Europe/Berlin"


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("startsAt", {"starts_at": datetime.max.replace(tzinfo=UTC)}),
        ("startsAt", {"starts_at": datetime.min.replace(tzinfo=UTC)}),
        ("startsAt", {"starts_at": datetime(9001, 1, 1, tzinfo=UTC)}),
        ("endsAt", {"ends_at": datetime.max.replace(tzinfo=UTC)}),
        ("endsAt", {"ends_at": datetime.min.replace(tzinfo=UTC)}),
    ],
)
@pytest.mark.parametrize("timetable", [every(60), cron("* * * * *")], ids=["interval", "cron"])
def test_a_time_at_the_ends_of_the_calendar_is_refused_by_its_field(timetable, name, times):
    with pytest.raises(InvalidRequest) as refused:
        replace(timetable, **times).check()
    assert refused.value.details == {"fields": {name: ["Use a year from 1970 to 9000."]}}


@pytest.mark.parametrize("year", [1970, 9000])
def test_the_first_and_the_last_year_are_taken(year):
    for timetable in (every(60), cron("0 0 29 2 *")):
        replace(timetable, starts_at=datetime(year, 1, 1, tzinfo=UTC)).check()


@pytest.mark.parametrize("timetable", [every(40), cron("* * * * *"), cron("59 23 * * *"), cron("0 0 1 1 *")])
def test_moments_end_where_the_calendar_does(timetable):
    last = datetime(9999, 12, 31, 23, 59, 30, tzinfo=UTC)
    for start in (last - timedelta(days=1), last, datetime.max.replace(tzinfo=UTC)):
        assert all(start <= moment for moment in replace(timetable, starts_at=start).after(START))
    assert list(replace(timetable, starts_at=datetime.min.replace(tzinfo=UTC)).after(last)) == []


def after_absence(
    minutes: float, catch_up: str, *, overlap: str = "allow", busy: bool = False, period: float = 600
) -> Step:
    """A run every ten minutes, the first at START, and nobody looked until now."""
    now = START + timedelta(minutes=minutes)
    return next_step(every(period), due=START, now=now, catch_up=CatchUp(catch_up), overlap=Overlap(overlap), busy=busy)


def tenth(number: int) -> datetime:
    return START + timedelta(minutes=10 * number)


@pytest.mark.parametrize(
    ("catch_up", "expected"),
    [
        ("none", Step(run_for=None, left_out=4, next_at=tenth(4))),
        ("latest", Step(run_for=tenth(3), left_out=3, next_at=tenth(4))),
        ("all", Step(run_for=tenth(0), left_out=0, next_at=tenth(1))),
    ],
)
def test_after_an_absence_the_catch_up_rule_decides(catch_up, expected):
    assert after_absence(35, catch_up) == expected


@given(
    some.sampled_from([every(97.3), every(600), cron("*/20 * * * *"), cron("*/7 0 * * *"), cron("30 2 * * *")]),
    moments,
    some.timedeltas(timedelta(0), timedelta(days=3)),
    some.none() | some.timedeltas(timedelta(0), timedelta(days=3)),
)
def test_an_absence_is_counted_as_if_each_moment_had_been_looked_at(timetable, due, absence, left):
    now, ends_at = due + absence, None if left is None else due + left
    timetable = replace(timetable, ends_at=ends_at)
    passed = [due, *takewhile(lambda at: at <= now, timetable.after(due))]
    step = next_step(timetable, due=due, now=now, catch_up=CatchUp.ALL, overlap=Overlap.ALLOW, busy=False)
    made_up = passed[-CATCH_UP_LIMIT:]
    follower = made_up[1] if len(made_up) > 1 else timetable.next(now + MOMENT)
    assert step == Step(run_for=made_up[0], left_out=len(passed) - len(made_up), next_at=follower)


@dataclass(frozen=True, kw_only=True)
class Counting(Timetable):
    """Knows how many moments were looked at."""

    looks: list[datetime] = field(default_factory=list)

    def after(self, moment: datetime) -> Iterator[datetime]:
        for at in super().after(moment):
            self.looks.append(at)
            yield at


@pytest.mark.parametrize(
    ("timetable", "left_out"),
    [(every(1), 3 * 366 * 24 * 3600), (cron("* * * * *"), MOST_COUNTED), (cron("*/10 * * * *"), MOST_COUNTED)],
)
def test_an_absence_of_years_is_counted_within_bounds(timetable, left_out):
    counting = Counting(**asdict(timetable))
    now = START + timedelta(days=3 * 366)
    step = next_step(counting, due=START, now=now, catch_up=CatchUp.LATEST, overlap=Overlap.ALLOW, busy=False)
    assert step == Step(run_for=now, left_out=left_out, next_at=timetable.next(now + MOMENT))
    assert len(counting.looks) < 2 * MOST_COUNTED


@pytest.mark.parametrize("catch_up", ["none", "latest", "all"])
def test_a_run_that_is_on_time_is_made_by_every_rule(catch_up):
    assert after_absence(0.5, catch_up) == Step(run_for=tenth(0), left_out=0, next_at=tenth(1))


def test_making_up_for_all_is_bounded():
    step = after_absence(10 * (CATCH_UP_LIMIT + 49), "all")
    assert step == Step(run_for=tenth(50), left_out=50, next_at=tenth(51))


@pytest.mark.parametrize(
    ("minutes", "catch_up", "expected"),
    [
        (0, "latest", Step(run_for=None, left_out=1, next_at=tenth(1))),
        (0, "all", Step(run_for=None, left_out=1, next_at=tenth(1))),
        (35, "latest", Step(run_for=None, left_out=4, next_at=tenth(4))),
        (35, "all", Step(run_for=None, left_out=0, next_at=tenth(0))),  # waits for its turn
    ],
)
def test_skipping_leaves_out_what_comes_while_a_run_goes_on(minutes, catch_up, expected):
    assert after_absence(minutes, catch_up, overlap="skip", busy=True) == expected


@pytest.mark.parametrize("overlap", ["allow", "cancel"])
def test_the_other_rules_of_overlap_start_beside_it(overlap):
    assert after_absence(0, "latest", overlap=overlap, busy=True).run_for == tenth(0)


def test_the_last_run_leaves_nothing_to_come():
    timetable = every(600, ends_at=tenth(1))
    step = next_step(timetable, due=tenth(1), now=tenth(5), catch_up=CatchUp.LATEST, overlap=Overlap.SKIP, busy=False)
    assert step == Step(run_for=tenth(1), left_out=0, next_at=None)
