"""The target's token column: the server's own tokens, for every row, whatever is written meanwhile."""

import pytest
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from project.api.errors import InvalidRequest
from reconciliation.definition import Place
from reconciliation.services import tokens
from reconciliation.services.tokens import add_token, fill_tokens
from reconciliation.sources.postgres.connecting import close_idle
from reconciliation.sources.protocol import SourceError
from tests.reconciliation.cassandra.sides import compared, definition, place

COLUMN = "cassandra_token"
HERE = Place(
    connection="here", kind="postgresql", address="", password_variable="", options={}, schema="public", table="orders"
)
COLUMNS = (
    compared("customer", "text", key=True),
    compared("number", "integer(8)", key=True),
    compared("status", "text"),
)


def execute(statement, values=()):
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def target():
    execute("CREATE TABLE orders (customer text, number bigint, status text, PRIMARY KEY (customer, number))")
    yield
    execute("DROP TABLE orders")


@pytest.fixture
def mapped(cassandra, target):
    """A table of orders on both sides, with the same 1,000 keys."""
    table = cassandra.table("customer text, number int, status text, PRIMARY KEY ((customer, number))")
    statement = cassandra.session.prepare(
        f"INSERT INTO {cassandra.keyspace}.{table} (customer, number, status) VALUES (?, ?, 'new')"
    )
    keys = [(f"customer {n % 7}", n) for n in range(1000)]
    for future in [cassandra.session.execute_async(statement, key) for key in keys]:
        future.result()
    execute("INSERT INTO orders SELECT 'customer ' || n % 7, n, 'new' FROM generate_series(0, 999) AS n")
    return definition(place(cassandra, table), COLUMNS, target=HERE, name="orders")


@pytest.fixture
def only_reads(target):
    """The target, reached by a role that may only read it."""
    execute("DROP ROLE IF EXISTS only_reads")
    execute("CREATE ROLE only_reads LOGIN")
    execute("GRANT SELECT ON orders TO only_reads")
    yield Place(**{**vars(HERE), "address": make_conninfo(settings.DATABASE_URL, user="only_reads")})
    close_idle()
    execute("DROP OWNED BY only_reads")
    execute("DROP ROLE only_reads")


def of_cassandra(cassandra, mapped):
    rows = cassandra.execute(f"SELECT customer, number, token(customer, number) FROM {mapped.source.table}")
    return sorted(rows)


def of_target():
    return execute(f'SELECT customer, number, {COLUMN} FROM orders ORDER BY customer COLLATE "C", number')


def test_each_row_has_the_token_that_cassandra_gives_its_partition(cassandra, mapped, monkeypatch):
    monkeypatch.setattr(tokens, "BLOCKS", 2)
    told: list[int] = []
    assert add_token(mapped, progress=told.append) == 1000
    assert of_target() == of_cassandra(cassandra, mapped)
    assert told == sorted(told)
    assert len(told) > 3
    [[index]] = execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'orders_cassandra_token'")
    assert index.endswith("(cassandra_token)")


def test_a_second_time_there_is_nothing_left_to_do(mapped):
    add_token(mapped)
    assert add_token(mapped) == 0


def test_rows_written_since_are_filled_alone(cassandra, mapped):
    add_token(mapped)
    cassandra.insert(mapped.source.table, customer="late", number=1, status="new")
    execute("INSERT INTO orders (customer, number, status) VALUES ('late', 1, 'new')")
    filled = definition(mapped.source, COLUMNS, target=HERE, token_column=COLUMN)
    assert fill_tokens(filled) == 1
    assert fill_tokens(filled) == 0
    assert of_target() == of_cassandra(cassandra, mapped)


def test_a_role_that_may_only_read_is_enough_where_nothing_is_missing(mapped, only_reads):
    add_token(mapped)
    assert fill_tokens(definition(mapped.source, COLUMNS, target=only_reads, token_column=COLUMN)) == 0


def test_a_row_whose_key_cassandra_cannot_hold_is_in_a_range_all_the_same(mapped):
    execute("INSERT INTO orders (customer, number, status) VALUES ('huge', 1099511627776, 'new')")
    add_token(mapped)
    assert execute(f"SELECT {COLUMN} FROM orders WHERE customer = 'huge'") == [(tokens.NOWHERE,)]


def test_partitions_are_filled_each(cassandra, mapped):
    execute("DROP TABLE orders")
    execute("CREATE TABLE orders (customer text, number bigint, status text) PARTITION BY RANGE (number)")
    execute("CREATE TABLE orders_low PARTITION OF orders FOR VALUES FROM (0) TO (500)")
    execute("CREATE TABLE orders_high PARTITION OF orders FOR VALUES FROM (500) TO (1000)")
    execute("INSERT INTO orders SELECT 'customer ' || n % 7, n, 'new' FROM generate_series(0, 999) AS n")
    assert add_token(mapped) == 1000
    assert of_target() == of_cassandra(cassandra, mapped)


def test_an_index_whose_build_was_interrupted_is_built_again(mapped):
    add_token(mapped)
    execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_cassandra_token'::regclass")
    add_token(mapped)
    assert execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_cassandra_token'::regclass") == [(True,)]


def test_a_role_that_may_not_add_a_column_is_told(mapped, only_reads):
    with pytest.raises(SourceError, match=r"the role may not add to public\.orders: connect as its owner"):
        add_token(definition(mapped.source, COLUMNS, target=only_reads))


def test_a_source_without_tokens_is_refused(target):
    with pytest.raises(InvalidRequest, match="token_column: Only a Cassandra source has partition tokens"):
        add_token(definition(HERE, COLUMNS, target=HERE))
