"""The same comparisons of a Cassandra table with its copy, with the token in the copy and without."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from project.postgres import sql
from reconciliation import drift
from reconciliation.definition import Definition
from reconciliation.jobs.compare import count
from reconciliation.models import Connection, Coverage, Mapping, Mismatch, ReconciliationJob
from reconciliation.services.tokens import add_token
from reconciliation.services.trigger import trigger
from reconciliation.sources.protocol import SourceError
from reconciliation.states import Direction, JobStatus, Strategy
from tests.cassandra import Cassandra
from tests.reconciliation.jobs import tables

ROWS = 60
YESTERDAY = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
SHAPE = "id int PRIMARY KEY, name text, amount decimal, updated_at timestamp"


def written(cassandra: Cassandra, table: str, number: int, name: str | None, at: datetime, more: str = "") -> None:
    cassandra.execute(
        f"INSERT INTO {table} (id, name, amount, updated_at) VALUES (%s, %s, %s, %s)"
        f" USING TIMESTAMP {int(at.timestamp() * 1_000_000)} {more}",
        (number, name, Decimal(number) / 4, YESTERDAY),
    )


@pytest.fixture
def orders(cassandra: Cassandra, database: None) -> Iterator[str]:
    """Sixty equal rows, written yesterday; the name of the Cassandra table."""
    table = cassandra.table(SHAPE, fresh=True)
    sql.execute("CREATE SCHEMA replica")
    sql.execute("CREATE TABLE replica.orders (id int PRIMARY KEY, name text, amount numeric, updated_at timestamptz)")
    for number in range(1, ROWS + 1):
        written(cassandra, table, number, f"order {number}", YESTERDAY)
    sql.execute(
        "INSERT INTO replica.orders SELECT n, 'order ' || n, n / 4.0, %s FROM generate_series(1, %s) n",
        [YESTERDAY, ROWS],
    )
    sql.execute("ANALYZE replica.orders")
    far = Connection.objects.create(name="cluster", kind="cassandra", address=cassandra.address)
    tables.mapped("orders", source=far, source_schema=cassandra.keyspace, source_table=table, columns=tables.COLUMNS)
    yield table
    tables.drop()


@pytest.fixture(params=["token ranges", "look-ups"])
def method(request: pytest.FixtureRequest, orders: str) -> str:
    """With the token column and without."""
    if request.param == "token ranges":
        add_token(Definition.of(Mapping.objects.get()), column="cassandra_token")
        Mapping.objects.update(token_column="cassandra_token")
    return str(request.param)


@pytest.fixture
def compared(run_jobs: Callable[[], None]) -> Callable[..., ReconciliationJob]:
    def run(strategy: Strategy = Strategy.CHECKSUM) -> ReconciliationJob:
        (job,) = trigger(tables=["orders"], strategy=strategy).jobs
        run_jobs()
        job.refresh_from_db()
        return job

    return run


def found() -> dict[str, str]:
    return dict(Mismatch.objects.filter(resolution_status="PENDING").values_list("primary_key_value", "mismatch_type"))


def test_equal_tables_are_proved_equal(method, compared):
    job = compared()
    assert (job.status, job.validation_errors, job.method) == (JobStatus.COMPLETED, None, method)
    assert (job.mismatch_count, job.source_rows, job.target_rows, job.candidates) == (0, ROWS, ROWS, 0)
    assert sum(one.rows for one in Coverage.objects.all()) == ROWS


def test_planted_differences_are_found_both_ways_with_the_values_of_both_sides(method, compared, cassandra, orders):
    sql.execute("DELETE FROM replica.orders WHERE id = 3")
    sql.execute("UPDATE replica.orders SET name = NULL WHERE id = 4")
    sql.execute("UPDATE replica.orders SET amount = amount + 0.000000000000000001 WHERE id = 5")
    sql.execute("UPDATE replica.orders SET updated_at = updated_at + interval '1 ms' WHERE id = 6")
    cassandra.execute(f"DELETE FROM {orders} WHERE id = 7")
    job = compared()
    assert found() == {
        "3": "MISSING_IN_POSTGRES", "4": "DATA_MISMATCH", "5": "DATA_MISMATCH", "6": "DATA_MISMATCH",
        "7": "MISSING_IN_CASSANDRA",
    }  # fmt: skip
    four = Mismatch.objects.get(primary_key_value="4")
    assert (four.columns, four.source_data["name"], four.target_data["name"]) == (["name"], "order 4", None)
    assert (job.mismatch_count, job.source_rows, job.target_rows) == (5, ROWS - 1, ROWS - 1)
    assert drift.percent(job) == pytest.approx(500 / (ROWS - 1))


def test_what_was_mended_is_resolved(method, compared, cassandra, orders):
    cassandra.execute(f"DELETE FROM {orders} WHERE id = 7")
    compared()
    sql.execute("DELETE FROM replica.orders WHERE id = 7")
    assert (compared().mismatch_count, found()) == (0, {})


def test_rows_written_since_the_job_began_are_left_for_the_next(method, compared, cassandra, orders):
    written(cassandra, orders, 8, "on its way", datetime.now(UTC) + timedelta(hours=1))
    written(cassandra, orders, 61, "new", datetime.now(UTC) + timedelta(hours=1))
    job = compared()
    assert (job.status, job.mismatch_count, job.deferred) == (JobStatus.COMPLETED, 0, 2)


def test_rows_that_are_about_to_expire_are_left_for_the_next(method, compared, cassandra, orders):
    written(cassandra, orders, 62, "soon gone", datetime.now(UTC), more="AND TTL 50")
    job = compared()
    assert (job.mismatch_count, job.deferred) == (0, 1)


def test_counts(method, compared):
    sql.execute("DELETE FROM replica.orders WHERE id IN (1, 2)")
    job = compared(Strategy.ROW_COUNT)
    assert (job.status, job.source_rows, job.target_rows, job.mismatch_count) == (
        JobStatus.COMPLETED, ROWS, ROWS - 2, 2,
    )  # fmt: skip


TOKENLESS = "UPDATE replica.orders SET cassandra_token = NULL WHERE id > 40"


@pytest.fixture
def in_two_ranges(orders, monkeypatch):
    """With the token column, and ranges of half the table."""
    add_token(Definition.of(Mapping.objects.get()), column="cassandra_token")
    Mapping.objects.update(token_column="cassandra_token")
    monkeypatch.setattr("reconciliation.jobs.plan.rows_of_range", lambda *_, **__: ROWS // 2)


def counted_equal(job) -> bool:
    counts = (job.source_rows, job.target_rows, job.mismatch_count, job.validation_errors)
    return job.status == JobStatus.COMPLETED and counts == (ROWS, ROWS, 0, None)


@pytest.mark.usefixtures("in_two_ranges")
def test_rows_that_were_replicated_without_a_token_count_where_they_belong(compared):
    sql.execute(TOKENLESS)
    job = compared(Strategy.ROW_COUNT)
    assert counted_equal(job)
    assert set(job.ranges.values_list("direction", flat=True)) == {Direction.BOTH}


@pytest.mark.usefixtures("in_two_ranges")
def test_rows_that_come_without_a_token_while_ranges_are_counted_are_counted_again(compared, monkeypatch):
    once = iter([TOKENLESS])

    def late(*given):
        for statement in once:
            sql.execute(statement)
        return count(*given)

    monkeypatch.setattr("reconciliation.jobs.compare.count", late)
    assert counted_equal(compared(Strategy.ROW_COUNT))


@pytest.mark.usefixtures("in_two_ranges")
def test_where_tokens_cannot_be_filled_the_sums_are_compared(compared, monkeypatch):
    def refuse(_):
        raise SourceError("may not write")

    monkeypatch.setattr("reconciliation.services.tokens.fill_tokens", refuse)
    sql.execute(TOKENLESS)
    job = compared(Strategy.ROW_COUNT)
    assert counted_equal(job)
    assert set(job.ranges.values_list("direction", flat=True)) == {Direction.SOURCE, Direction.TARGET}


def test_a_time_range_asks_cassandra_by_writetime(method, compared, cassandra, orders):
    written(cassandra, orders, 9, "just now", datetime.now(UTC) - timedelta(minutes=5))
    sql.execute("UPDATE replica.orders SET name = 'unseen' WHERE id = 10")
    sql.execute("UPDATE replica.orders SET name = 'seen', updated_at = now() - interval '5 minutes' WHERE id = 11")
    job = compared(Strategy.TIMESTAMP_RANGE)
    assert (job.status, job.source_rows, job.target_rows) == (JobStatus.COMPLETED, 1, 1)
    assert found() == {"9": "DATA_MISMATCH", "11": "DATA_MISMATCH"}


def test_a_sample_of_all_finds_all(method, compared, cassandra, orders):
    sql.execute("DELETE FROM replica.orders WHERE id = 3")
    cassandra.execute(f"DELETE FROM {orders} WHERE id = 7")
    job = compared(Strategy.SAMPLE)
    assert (job.compared_rows, found()) == (ROWS - 1, {"3": "MISSING_IN_POSTGRES", "7": "MISSING_IN_CASSANDRA"})


def test_without_a_token_column_each_side_is_read_for_itself(orders, compared):
    job = compared()
    assert set(job.ranges.values_list("direction", flat=True)) == {Direction.SOURCE, Direction.TARGET}


def test_a_dropped_table_fails_the_job_and_proves_nothing(method, compared, cassandra, orders):
    cassandra.execute(f"DROP TABLE {orders}")
    job = compared()
    assert job.status == JobStatus.FAILED
    assert orders in job.validation_errors[0]["error"]
    assert not Coverage.objects.exists()


def test_text_that_postgresql_cannot_hold_is_found_and_stored(method, compared, cassandra, orders):
    written(cassandra, orders, 12, "a\x00b", YESTERDAY + timedelta(hours=1))
    job = compared()
    assert (job.status, job.validation_errors, found()) == (JobStatus.COMPLETED, None, {"12": "DATA_MISMATCH"})
    assert Mismatch.objects.get().source_data["name"] == "a\N{SYMBOL FOR NULL}b"


def test_a_partition_that_is_too_large_to_hold_is_compared_all_the_same(cassandra, orders, compared, monkeypatch):
    monkeypatch.setattr("reconciliation.comparing.merging.HELD", 10)
    table = cassandra.table("day int, id int, PRIMARY KEY (day, id)", fresh=True)
    sql.execute("CREATE TABLE replica.days AS SELECT 1 AS day, n AS id FROM generate_series(2, 41) n")
    sql.execute("ALTER TABLE replica.days ADD PRIMARY KEY (day, id)")
    for number in range(1, 41):
        cassandra.execute(f"INSERT INTO {table} (day, id) VALUES (1, %s)", (number,))
    key: list[dict[str, Any]] = [
        {"source": one, "target": one, "type": "integer(4)", "key": True, "rule": {}} for one in ("day", "id")
    ]
    Mapping.objects.update(source_table=table, target_table="days", columns=key, timestamp_column="")
    add_token(Definition.of(Mapping.objects.get()), column="cassandra_token")
    Mapping.objects.update(token_column="cassandra_token")
    job = compared()
    assert (job.status, job.validation_errors, job.method) == (JobStatus.COMPLETED, None, "token ranges")
    assert (job.source_rows, job.target_rows, job.compared_rows) == (40, 40, 41)
    assert found() == {"1/1": "MISSING_IN_POSTGRES", "1/41": "MISSING_IN_CASSANDRA"}
