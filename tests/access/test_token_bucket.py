"""`access.take_token`: never more than the burst and what flowed in since, from any number of sessions."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import psycopg
import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from project.access.models import TokenBucket as Row
from project.access.throttles import TokenBucket
from project.api.errors import ErrorCode, TooManyRequests
from project.postgres import sql

START = datetime(2025, 1, 31, tzinfo=UTC)
in_one_database = settings(max_examples=60)


def take(key: str, rate: float, burst: float, at: float) -> tuple[bool, float]:
    found = sql.row(
        "SELECT * FROM access.take_token(%s, %s, %s, %s)", [key, rate, burst, START + timedelta(seconds=at)]
    )
    assert found is not None
    return found["allowed"], found["retry_after"]


@in_one_database
@given(
    rate=st.floats(0.1, 100),
    burst=st.integers(1, 20),
    gaps=st.lists(st.floats(0, 2), min_size=1, max_size=40),
)
def test_no_stretch_of_time_gives_more_than_burst_and_rate(rate, burst, gaps):
    Row.objects.all().delete()
    moments = list(accumulate(gaps))
    granted = [at for at in moments if take("k", rate, burst, at)[0]]
    for first in range(len(granted)):
        for last in range(first, len(granted)):
            stretch = granted[last] - granted[first]
            assert last - first + 1 <= burst + rate * stretch + 1e-3


@in_one_database
@given(rate=st.floats(0.1, 100), burst=st.integers(1, 10))
def test_who_waits_as_told_gets_the_token_and_who_comes_sooner_does_not(rate, burst):
    Row.objects.all().delete()
    for _ in range(burst):
        assert take("k", rate, burst, 0) == (True, 0)
    allowed, wait = take("k", rate, burst, 0)
    assert not allowed
    assert not take("k", rate, burst, wait * 0.9)[0]
    assert take("k", rate, burst, wait + 1e-4)[0]


def test_buckets_of_different_keys_are_apart():
    assert take("a", 1, 1, 0)[0]
    assert take("b", 1, 1, 0)[0]
    assert not take("a", 1, 1, 0)[0]


def test_a_clock_that_goes_back_gives_nothing():
    assert take("k", 1, 2, 100)[0]
    assert take("k", 1, 2, 0)[0]
    assert not take("k", 1, 2, 50)[0]
    assert take("k", 1, 2, 101)[0]


def test_a_refusal_writes_nothing():
    take("k", 0.1, 1, 0)
    before = sql.value("SELECT xmin::text || ctid::text FROM token_bucket")
    assert not take("k", 0.1, 1, 1)[0]
    assert sql.value("SELECT xmin::text || ctid::text FROM token_bucket") == before


def test_many_sessions_at_once_get_exactly_the_burst():
    parameters = connection.get_connection_params()
    address = {
        name: parameters[name] for name in ("host", "port", "dbname", "user", "password") if parameters.get(name)
    }
    granted: list[bool] = []

    def hammer() -> None:
        with psycopg.connect(**address, autocommit=True) as session:
            for _ in range(25):
                row = session.execute("SELECT allowed FROM access.take_token('k', 0.0001, 40)").fetchone()
                granted.append(bool(row and row[0]))

    threads = [threading.Thread(target=hammer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(granted) == 150
    assert sum(granted) == 40


def test_a_new_bucket_clears_idle_ones_away():
    for number in range(5):
        take(f"idle {number}", 1, 1, 0)
    take("busy", 1, 1, 86_000)
    take("new", 1, 1, 86_401)
    assert set(Row.objects.values_list("key", flat=True)) == {"busy", "new"}


def test_the_buckets_are_unlogged():
    assert sql.value("SELECT relpersistence FROM pg_class WHERE oid = 'token_bucket'::regclass") == "u"


def test_an_empty_bucket_raises_with_whole_seconds():
    bucket = TokenBucket("test", rate=0.001, burst=1)
    bucket.take("me")
    with pytest.raises(TooManyRequests) as caught:
        bucket.take("me")
    assert caught.value.code is ErrorCode.RATE_LIMIT_EXCEEDED
    assert caught.value.details["retry_after"] in range(900, 1001)
    bucket.take("you")


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0.5), (0.001, 100), (float("nan"), 1)])
def test_a_bucket_that_never_works_is_refused(rate, burst):
    with pytest.raises(ValueError, match="test"):
        TokenBucket("test", rate=rate, burst=burst)
