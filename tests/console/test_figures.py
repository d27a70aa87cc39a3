"""Figures, moments, states and small pictures."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import override_settings
from django.utils import timezone

from batches.monthend.states import CheckStatus, Status, WorkerStatus
from project.console import drawing, figures, states


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (8234567, "8,234,567"), (None, "—"), ("", "—"), ("12", "12")])
def test_counts_have_separators(value, text):
    assert figures.count(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("1234567.5"), "1,234,567.50"), ("0", "0.00"), (None, "—"), (Decimal("-0.01"), "-0.01")],
)
def test_money_has_separators_and_two_decimals(value, text):
    assert figures.money(value) == text


def test_the_currency_stands_in_the_head_of_a_column_when_there_is_one():
    with override_settings(CURRENCY="MYR"):
        assert figures.currency() == "(MYR)"
    with override_settings(CURRENCY=""):
        assert figures.currency() == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "—"), (0.034, "34 ms"), (4, "4 s"), (4.25, "4.2 s"), (72, "1 min 12 s"), (3600, "1 h"), (90061, "1 d 1 h")],
)
def test_spans_are_told_in_their_two_largest_units(seconds, text):
    assert figures.span(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "now"), (12, "12 s ago"), (-200, "in 3 min"), (7200, "2 h ago"), (200_000, "2 d ago")]
)
def test_moments_are_relative(seconds, text):
    assert figures.relative(seconds) == text


def test_a_moment_carries_the_exact_time_in_utc():
    at = datetime(2025, 1, 31, 23, 15, 30, tzinfo=UTC).astimezone(timezone.get_fixed_timezone(timedelta(hours=8)))
    shown = figures.ago(at)
    assert 'title="2025-01-31 23:15:30 UTC"' in shown
    assert figures.ago(None) == "—"
    assert figures.ago("2025-01-31T23:15:30Z") == shown


@pytest.mark.parametrize("state", [*Status.values, *WorkerStatus.values, *CheckStatus.values])
def test_every_state_has_a_word_and_a_mark(state):
    assert state in states.TONES
    shown = states.badge(state)
    assert state.replace("_", " ") in shown
    assert any(mark in shown for mark in states.MARKS.values())


def test_a_state_of_somebody_else_is_escaped_and_idle():
    assert "&lt;b&gt;" in states.badge("<b>")
    assert states.tone("<b>") == states.IDLE
    assert states.badge("") == "—"


def test_a_series_becomes_a_picture_that_can_be_read_aloud():
    picture = drawing.sparkline([0.0, 10.0, 5.0])
    assert "<svg" in picture
    assert "highest 10 a second" in picture
    assert drawing.sparkline([1.0]) == ""
    assert "<svg" in drawing.sparkline([0.0, 0.0])


def test_the_consoles_tags_leave_djangos_own_alone():
    page = Template("{% load console %}{% load tz %}{% load_bar 1 4 %}")
    assert "1 of 4" in page.render(Context())
