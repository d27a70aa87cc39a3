"""Cursor pages: complete, in order, and only with cursors that the list itself gave out."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from project.api.errors import ErrorCode, InvalidRequest
from project.api.pagination import Cursor, limit

moments = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
values = st.lists(st.one_of(st.integers(), st.text(), st.none()), min_size=1, max_size=4)


def get(**query: str | int) -> Request:
    return Request(APIRequestFactory().get("/", query))


@given(values)
def test_a_cursor_gives_back_what_went_in(given_values):
    cursor = Cursor("a", "b")
    assert cursor.decode(cursor.encode(given_values)) == given_values


@given(moments, st.dates(), st.decimals(allow_nan=False, allow_infinity=False))
def test_moments_dates_and_amounts_survive_to_the_last_digit(moment, day, amount):
    cursor = Cursor("a")
    texts = cursor.decode(cursor.encode([moment, day, amount]))
    assert datetime.fromisoformat(texts[0]) == moment
    assert date.fromisoformat(texts[1]) == day
    assert Decimal(texts[2]) == amount


@given(st.text())
def test_text_that_is_not_a_cursor_is_400(text):
    with pytest.raises(InvalidRequest) as caught:
        Cursor("a").decode(text)
    assert caught.value.code is ErrorCode.INVALID_CURSOR


@given(values, st.integers(min_value=0))
def test_a_changed_cursor_is_400(given_values, place):
    text = Cursor("a").encode(given_values)
    place %= len(text)
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    with pytest.raises(InvalidRequest):
        Cursor("a").decode(changed)


def test_a_cursor_of_another_list_is_400():
    with pytest.raises(InvalidRequest):
        Cursor("-id").decode(Cursor("id").encode([1]))


def test_pages_together_are_the_whole_list_once():
    for number in range(25):
        User.objects.create(username=f"u{number:02}", last_name=f"n{number % 4}")
    for cursor in (Cursor("id"), Cursor("-id"), Cursor("last_name", "id"), Cursor("-last_name", "-id")):
        found, after = [], None
        while True:
            query = {"limit": 7, **({"cursor": after} if after else {})}
            page = cursor.page(get(**query), User.objects.all(), lambda user: user.pk)
            found += page["results"]
            after = page["next"]
            if after is None:
                break
        assert found == list(User.objects.order_by(*cursor.order).values_list("pk", flat=True))


def test_rows_that_arrive_meanwhile_shift_nothing():
    for number in range(4):
        User.objects.create(username=f"u{number}")
    cursor = Cursor("-id")
    first = cursor.page(get(limit=2), User.objects.all(), lambda user: user.username)
    User.objects.create(username="new")
    second = cursor.page(get(limit=2, cursor=first["next"]), User.objects.all(), lambda user: user.username)
    assert first["results"] + second["results"] == ["u3", "u2", "u1", "u0"]


def test_the_last_page_has_no_next():
    User.objects.create(username="only")
    page = Cursor("id").page(get(limit=1), User.objects.all(), lambda user: user.username)
    assert page == {"results": ["only"], "next": None}


@pytest.mark.parametrize("text", ["", "0", "1001", "-1", "ten", "1.5", "٣", "9" * 5000])
def test_a_limit_out_of_bounds_is_400(text):
    with pytest.raises(InvalidRequest, match="limit"):
        limit(get(limit=text))


def test_the_limit_has_a_default_and_bounds():
    assert [limit(get()), limit(get(limit=1)), limit(get(limit=1000))] == [100, 1, 1000]


@pytest.mark.parametrize("order", [(), ("a", "-b")])
def test_an_order_that_cannot_be_paged_is_refused(order):
    with pytest.raises(ValueError, match="Order by"):
        Cursor(*order)
