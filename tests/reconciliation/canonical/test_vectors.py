"""Python and PostgreSQL give the committed bytes of every hostile value."""

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from reconciliation.canonical.decode import decode
from reconciliation.canonical.encode import encode
from reconciliation.canonical.expressions import reading
from reconciliation.sources.postgres.connecting import SESSION
from reconciliation.sources.postgres.types import plain
from tests.reconciliation.canonical.vectors import Vector, vectors

ALL = vectors()
OF_POSTGRES = [vector for vector in ALL if vector.postgresql]


@pytest.mark.parametrize("vector", ALL, ids=str)
def test_python_gives_the_bytes(vector: Vector):
    assert encode(vector.value, vector.type, vector.rule) == vector.expected


@pytest.mark.parametrize("vector", [one for one in ALL if one.type.name != "json"], ids=str)
def test_what_is_decoded_is_encoded_to_the_same_bytes(vector: Vector):
    shown = decode(vector.expected, vector.type, vector.rule)
    assert encode(shown, vector.type, vector.rule) == vector.expected


@pytest.fixture(scope="module")
def server(baseline):
    with psycopg.connect(settings.DATABASE_URL, autocommit=True, client_encoding="UTF8") as connection:
        for name, value in SESSION.items():
            connection.execute("SELECT set_config(%s, %s, false)", [name, value])
        yield connection


@pytest.mark.parametrize("vector", OF_POSTGRES, ids=str)
def test_postgresql_gives_the_bytes(vector: Vector, server):
    column = sql.SQL("{}::{}").format(sql.Literal(vector.text), sql.SQL(vector.postgresql))
    read = reading(sql.SQL("value"), plain(vector.postgresql), vector.type, vector.rule)
    query = sql.SQL("SELECT {} FROM (SELECT {} AS value) AS given").format(read.expression, column)
    (found,) = server.execute(query, binary=True).fetchone()
    assert (read.encode(found) if read.encode and found is not None else found) == vector.expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("text: NULL", "text: the text NULL"),
        ("text: empty text", "text: one blank"),
        ("decimal: tiny", "decimal: twice as tiny"),
        ("decimal: 18 digits", "decimal: another in the last of 18 digits"),
        ("float: float zero", "float: float negative zero"),
        ("duration: a month", "duration: 30 days"),
        ("json: the JSON null", "json: no JSON"),
        ("list: NULL in a list", "list: the text NULL in a list"),
        ("timestamp: 1970 in UTC", "timestamp: a microsecond before 1970"),
    ],
)
def test_values_that_other_tools_take_for_equal_differ(one: str, other: str):
    found = {str(vector): vector.expected for vector in ALL}
    assert found[one] != found[other]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("decimal: a trailing zero", "decimal: no trailing zero"),
        ("decimal: a hundred", "decimal: with exponent"),
        ("set: a set", "set: the same set in another order"),
        ("map: a map", "map: the same map in another order"),
        ("json: an object", "json: the same in another order"),
        ("list: an empty list", "list: no list"),
        ("text: composed", "text: decomposed, compared in normal form C"),
    ],
)
def test_one_value_in_two_spellings_is_equal(one: str, other: str):
    found = {str(vector): vector.expected for vector in ALL}
    assert found[one] == found[other]
