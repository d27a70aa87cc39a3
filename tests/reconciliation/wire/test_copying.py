"""What COPY sends, row by row, and what is said when it ends too early."""

import os
from contextlib import suppress
from itertools import islice

import psycopg
import pytest
from psycopg.errors import DivisionByZero, QueryCanceled
from psycopg.pq import TransactionStatus

from reconciliation.sources.wire.copying import rows

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def session():
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        yield connection


def copied(session, query):
    with session.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as copy:
        return list(rows(copy))


def is_idle(session):
    return session.info.transaction_status == TransactionStatus.IDLE


@pytest.mark.parametrize("count", [0, 1, 2, 20_000])
def test_each_row_comes_as_its_values(session, count):
    found = copied(session, f"SELECT n::int4, NULL::text FROM generate_series(1, {count}) n")
    assert found == [b"\0\0\0\4" + n.to_bytes(4, "big") + b"\xff" * 4 for n in range(1, count + 1)]
    assert is_idle(session)


def test_a_row_may_have_no_values(session):
    assert copied(session, "SELECT n::text FROM (VALUES (''), (NULL)) v(n)") == [b"\0\0\0\0", b"\xff" * 4]


@pytest.mark.parametrize("place", [1, 2, 5_000])
def test_an_error_amid_the_rows_is_raised(session, place):
    with pytest.raises(DivisionByZero, match="division by zero"):
        copied(session, f"SELECT 1 / (n - {place}) FROM generate_series(1, 10000) n")
    assert is_idle(session)


def test_a_statement_that_takes_too_long_is_told_as_such(session):
    session.execute("SET statement_timeout = '200ms'")
    with pytest.raises(QueryCanceled, match="statement timeout"):
        copied(session, "SELECT n, pg_sleep(CASE n WHEN 100 THEN 60 ELSE 0 END) FROM generate_series(1, 10000) n")
    assert is_idle(session)


def test_who_stops_amid_the_rows_can_ask_again(session):
    query = "COPY (SELECT n FROM generate_series(1, 10000000) n) TO STDOUT (FORMAT binary)"
    with suppress(StopIteration), session.cursor() as cursor, cursor.copy(query) as copy:
        assert len(list(islice(rows(copy), 3))) == 3
        raise StopIteration
    assert session.execute("SELECT 1").fetchone() == (1,)
