"""Quiet hours as arithmetic: when tables may be read, by the clock of a zone."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from project.api.errors import InvalidRequest
from reconciliation.comparing.quiet import AHEAD, DAYS, QuietHours
from reconciliation.services.mappings import hours

ZONES = ["UTC", "Asia/Jakarta", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
OFFICE = {"from": "08:00", "to": "18:00", "zone": "Asia/Jakarta", "days": WEEKDAYS}
NIGHT = {"from": "22:00", "to": "06:00", "zone": "Europe/Berlin"}


def at(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def until(moment: datetime, *windows: dict[str, Any]) -> datetime | None:
    rest = QuietHours.of(list(windows)).rest(moment)
    return None if rest is None else rest.until


@pytest.mark.parametrize(
    ("local", "end"),
    [
        ("2026-03-02T07:59:59", None),
        ("2026-03-02T08:00", "2026-03-02T18:00"),
        ("2026-03-02T17:59:59", "2026-03-02T18:00"),
        ("2026-03-02T18:00", None),
        ("2026-03-07T12:00", None),  # a Saturday
    ],
)
def test_a_window_is_by_the_clock_and_the_days_of_its_zone(local, end):
    zone = "Asia/Jakarta"
    assert until(at(local, zone), OFFICE) == (end and at(end, zone))


@pytest.mark.parametrize(
    ("local", "end"),
    [
        ("2026-03-06T21:59", None),
        ("2026-03-06T23:00", "2026-03-07T06:00"),
        ("2026-03-07T05:59", "2026-03-07T06:00"),
        ("2026-03-07T06:00", None),
        ("2026-03-07T23:00", None),  # it begins on Fridays only
    ],
)
def test_over_midnight_a_window_belongs_to_the_day_on_which_it_begins(local, end):
    zone = "Europe/Berlin"
    assert until(at(local, zone), {**NIGHT, "days": ["fri"]}) == (end and at(end, zone))


@pytest.mark.parametrize(("day", "hours_long"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-06-01", 8)])
def test_a_night_is_as_long_as_the_clocks_make_it(day, hours_long):
    begin = at(f"{day}T22:00", "Europe/Berlin")
    assert until(begin, NIGHT) == begin + timedelta(hours=hours_long)


def test_a_border_within_the_hour_that_comes_twice_or_never_takes_the_longest():
    zone = "Europe/Berlin"
    twice = {"from": "01:00", "to": "02:30", "zone": zone}
    begin = at("2026-10-25T01:00", zone)
    assert until(begin, twice) == begin + timedelta(hours=2.5)  # to the second 02:30
    assert until(begin + timedelta(hours=1.75), twice) == begin + timedelta(hours=2.5)
    skipped = {"from": "02:30", "to": "05:00", "zone": zone}
    assert until(at("2026-03-29T01:30", zone), skipped) == at("2026-03-29T05:00", zone)
    never = {"from": "02:15", "to": "02:45", "zone": zone}
    assert until(at("2026-03-29T03:00", zone), never) == at("2026-03-29T03:45", zone)
    assert until(at("2026-03-29T03:45", zone), never) is None


def test_windows_that_meet_are_one_and_the_text_names_the_zone_that_ends_it():
    now = at("2026-03-02T10:00", "Asia/Jakarta")
    late = {"from": "10:30", "to": "14:00", "zone": "UTC"}
    rest = QuietHours.of([OFFICE, late]).rest(now)
    assert rest is not None
    assert rest.until == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert rest.told(now) == "paused until 14:00 UTC"


def test_the_text_has_the_date_when_that_is_another():
    now = at("2026-03-02T23:00", "Europe/Berlin")
    rest = QuietHours.of([NIGHT]).rest(now)
    assert rest is not None
    assert rest.told(now) == "paused until 2026-03-03 06:00 Europe/Berlin"
    assert rest.told(now + timedelta(hours=2)) == "paused until 06:00 Europe/Berlin"


def test_the_next_begin_is_found_a_week_away():
    now = at("2026-03-02T08:00", "UTC")
    weekly = {"from": "08:00", "to": "09:00", "zone": "UTC", "days": ["mon"]}
    assert QuietHours.of([weekly]).next_begin(now) == now + timedelta(days=7)
    assert QuietHours.of([]).next_begin(now) is None


def test_work_goes_on_between_windows():
    now = at("2026-03-02T17:00", "Asia/Jakarta")
    of = QuietHours.of([OFFICE])
    assert of.after(now, 0) == at("2026-03-02T18:00", "Asia/Jakarta")
    assert of.after(now, 3600) == at("2026-03-02T19:00", "Asia/Jakarta")
    assert of.after(now, 15 * 3600) == at("2026-03-03T19:00", "Asia/Jakarta")
    assert QuietHours.of([]).after(now, 60) == now + timedelta(minutes=1)


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    begin, end = draw(st.lists(st.integers(0, 1439), min_size=2, max_size=2, unique=True))
    days = draw(st.none() | st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True))
    clock = {"from": f"{begin // 60:02}:{begin % 60:02}", "to": f"{end // 60:02}:{end % 60:02}"}
    return {**clock, "zone": draw(st.sampled_from(ZONES)), **({} if days is None else {"days": days})}


MOMENTS = st.integers(0, 2 * 366 * 24 * 60).map(lambda one: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=one))


def shows_a_time_within(window: dict[str, Any], moment: datetime) -> bool:
    """What somebody says who looks at the clock and the calendar of the zone."""
    local = moment.astimezone(ZoneInfo(window["zone"]))
    clock, days = f"{local:%H:%M}", window.get("days", DAYS)
    if window["from"] < window["to"]:
        return window["from"] <= clock < window["to"] and DAYS[local.weekday()] in days
    evening = clock >= window["from"] and DAYS[local.weekday()] in days
    return evening or (clock < window["to"] and DAYS[local.weekday() - 1] in days)


@given(st.lists(windows(), max_size=3), MOMENTS)
def test_nothing_is_read_while_the_clock_shows_a_quiet_time(given_windows, moment):
    rest = QuietHours.of(given_windows).rest(moment)
    if any(shows_a_time_within(window, moment) for window in given_windows):
        assert rest is not None
    if rest is not None:
        assert rest.until > moment
        assert rest.until >= moment + AHEAD or QuietHours.of(given_windows).rest(rest.until) is None


@given(st.lists(windows(), min_size=1, max_size=3), MOMENTS)
def test_until_the_next_begin_nothing_is_quiet(given_windows, moment):
    of = QuietHours.of(given_windows)
    if of.rest(moment) is None:
        begin = of.next_begin(moment)
        assert begin is not None
        assert of.rest(begin) is not None
        assert of.rest(moment + (begin - moment) * 0.999) is None


@given(st.lists(windows(), max_size=2), MOMENTS, st.lists(st.floats(0, 1e6), min_size=2, max_size=4))
def test_more_work_never_ends_earlier(given_windows, moment, seconds):
    ends = [QuietHours.of(given_windows).after(moment, one) for one in sorted(seconds)]
    assert all(one <= other for one, other in pairwise(ends))


@given(st.lists(windows(), max_size=4))
def test_lines_come_back_as_they_were_written(given_windows):
    for window in given_windows:
        if "days" in window:
            window["days"] = sorted(window["days"], key=DAYS.index)
    assert hours.parsed(hours.written(given_windows)) == given_windows


def test_a_line_may_say_days_in_several_ways():
    lines = "8:00-18:00 Asia/Jakarta mon-fri\n\n 22:00 - 24:00 UTC sat,sun \n01:00-02:00 UTC Sun-Tue"
    assert hours.parsed(lines) == [
        OFFICE,
        {"from": "22:00", "to": "24:00", "zone": "UTC", "days": ["sat", "sun"]},
        {"from": "01:00", "to": "02:00", "zone": "UTC", "days": ["sun", "mon", "tue"]},
    ]


@pytest.mark.parametrize(
    ("wrong", "field", "mend"),
    [
        ({"from": "8:00"}, "quiet_hours[1].from", "Write it as 08:00"),
        ({"to": "25:00"}, "quiet_hours[1].to", "Write it as 08:00"),
        ({"to": 1080}, "quiet_hours[1].to", "in quotes"),
        ({"to": "08:00"}, "quiet_hours[1].to", "from 00:00 to 24:00"),
        ({"from": "24:00"}, "quiet_hours[1].from", "from 00:00"),
        ({"zone": "Jakarta"}, "quiet_hours[1].zone", "Asia/Jakarta"),
        ({"zone": "../etc/passwd"}, "quiet_hours[1].zone", "Asia/Jakarta"),
        ({"zone": None}, "quiet_hours[1].zone", "Asia/Jakarta"),
        ({"days": []}, "quiet_hours[1].days", "leave it out"),
        ({"days": ["Monday"]}, "quiet_hours[1].days", "mon, tue"),
        ({"days": [["mon"]]}, "quiet_hours[1].days", "mon, tue"),
        ({"days": "mon"}, "quiet_hours[1].days", "Give a list"),
        ({"until": "18:00"}, "quiet_hours[1]", "Give from, to and zone"),
    ],
)
def test_what_can_not_be_is_refused_by_field_with_the_mend(wrong, field, mend):
    with pytest.raises(InvalidRequest, match=mend) as refusal:
        QuietHours.of([OFFICE, {**OFFICE, **wrong}])
    assert list((refusal.value.details or {})["fields"]) == [field]


@pytest.mark.parametrize("given_text", [{"from": "08:00"}, "08:00-18:00", 7, [OFFICE] * 51, ["08:00"]])
def test_what_is_no_list_of_windows_is_refused(given_text):
    with pytest.raises(InvalidRequest, match="quiet_hours"):
        QuietHours.of(given_text)


def test_hours_that_leave_no_time_are_refused():
    halves = [{**OFFICE, "days": list(DAYS)}, {**OFFICE, "from": "18:00", "to": "08:00", "days": list(DAYS)}]
    for whole in ([{"from": "00:00", "to": "24:00", "zone": "UTC"}], halves):
        with pytest.raises(InvalidRequest, match="no time"):
            QuietHours.of(whole).check(datetime.now(UTC))
    QuietHours.of(halves[:1]).check(at("2026-03-02T09:00", "Asia/Jakarta"))


@pytest.mark.parametrize(("line", "mend"), [("8-18 UTC", "08:00-18:00"), ("08:00-18:00 UTC monday", "mon-fri")])
def test_a_line_that_can_not_be_read_is_named_with_the_mend(line, mend):
    with pytest.raises(InvalidRequest, match=mend) as refusal:
        hours.parsed(f"08:00-18:00 UTC\n{line}")
    assert next(iter((refusal.value.details or {})["fields"])).startswith("quiet_hours[1]")
