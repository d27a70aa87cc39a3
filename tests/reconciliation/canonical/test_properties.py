"""Bytes are equal exactly when values are, and the same in Python and in PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from psycopg import sql

from reconciliation.canonical.decode import decode
from reconciliation.canonical.encode import encode
from reconciliation.canonical.expressions import reading
from reconciliation.canonical.notation import parse
from reconciliation.sources.postgres.connecting import SESSION
from reconciliation.sources.postgres.types import plain

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
DECIMALS: st.SearchStrategy[Decimal] = st.decimals(allow_nan=False, allow_infinity=False, places=None).filter(
    lambda number: abs(number.as_tuple().exponent) < 1000
)
VALUES: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("boolean", "boolean"): st.booleans(),
    ("integer(8)", "bigint"): st.integers(-(2**63), 2**63 - 1),
    ("decimal", "numeric"): DECIMALS,
    ("float(8)", "double precision"): st.floats(allow_nan=False),
    ("float(4)", "real"): st.floats(allow_nan=False, width=32),
    ("text", "text"): TEXTS,
    ("bytes", "bytea"): st.binary(),
    ("uuid", "uuid"): st.uuids(),
    ("date", "date"): st.dates(),
    ("time(us)", "time without time zone"): st.times(),
    ("timestamp(us)", "timestamp with time zone"): st.datetimes(timezones=st.just(UTC)),
    ("inet", "inet"): st.ip_addresses(),
    ("list<text>", "text[]"): st.lists(TEXTS, min_size=1),
    ("list<float(8)>", "double precision[]"): st.lists(st.floats(allow_nan=False), min_size=1),
    ("list<decimal>", "numeric[]"): st.lists(DECIMALS, min_size=1),
    ("set<integer(8)>", "bigint[]"): st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1),
}
PAIRS = [pytest.param(*names, id=names[1]) for names in VALUES]


@pytest.fixture(scope="module")
def server(baseline) -> Iterator[psycopg.Connection]:
    with psycopg.connect(settings.DATABASE_URL, autocommit=True, client_encoding="UTF8") as connection:
        for name, value in SESSION.items():
            connection.execute("SELECT set_config(%s, %s, false)", [name, value])
        yield connection


def same(one: object, other: object) -> bool:
    """Equality that knows -0.0 from 0.0, and a decimal's value from its digits."""
    if isinstance(one, float):
        return repr(one) == repr(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


@pytest.mark.parametrize(("type_", "server_type"), PAIRS)
@limits(max_examples=60)
@given(data=st.data())
def test_postgresql_and_python_agree(type_: str, server_type: str, server, data: st.DataObject):
    value, canonical = data.draw(VALUES[type_, server_type]), parse(type_)
    read = reading(sql.SQL("value"), plain(server_type), canonical)
    query = sql.SQL("SELECT {} FROM (SELECT %b::{} AS value) AS given").format(read.expression, sql.SQL(server_type))
    (found,) = server.execute(query, [value], binary=True).fetchone()
    assert (read.encode(found) if read.encode else found) == encode(value, canonical)


@pytest.mark.parametrize(("type_", "server_type"), PAIRS)
@limits(max_examples=60)
@given(data=st.data())
def test_bytes_are_equal_when_values_are_and_only_then(type_: str, server_type: str, data: st.DataObject):
    canonical = parse(type_)
    one, other = data.draw(VALUES[type_, server_type]), data.draw(VALUES[type_, server_type])
    if type_.startswith("set"):
        one, other = sorted(one), sorted(other)
    assert (encode(one, canonical) == encode(other, canonical)) == same(one, other)


@pytest.mark.parametrize(("type_", "server_type"), PAIRS)
@limits(max_examples=60)
@given(data=st.data())
def test_what_is_shown_is_encoded_to_the_same_bytes(type_: str, server_type: str, data: st.DataObject):
    canonical = parse(type_)
    value = encode(data.draw(VALUES[type_, server_type]), canonical)
    assert encode(decode(value, canonical), canonical) == value


def test_texts_of_moments_have_the_range_of_postgresql():
    for value in (date(1, 1, 1), date(9999, 12, 31), datetime(1, 1, 1, tzinfo=UTC), time(23, 59, 59, 999999)):
        name = {date: "date", datetime: "timestamp(us)", time: "time(us)"}[type(value)]
        form = encode(value, parse(name))
        assert encode(decode(form, parse(name)), parse(name)) == form
    assert decode(encode(-(10**17), parse("timestamp(us)")), parse("timestamp(us)")).endswith(" BC")


def test_a_decimal_of_two_thousand_million_zeros_is_not_written_out():
    assert encode(Decimal((0, (1,), 2**31 - 1)), parse("decimal")) == b"1e2147483647"
