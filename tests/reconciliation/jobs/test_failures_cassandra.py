"""A node that is killed, hangs or loses a table while a job reads it, and a password that is wrong: never equal."""

import os
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from project.postgres import sql
from reconciliation.definition import Definition
from reconciliation.models import Connection, Coverage, Mapping, Mismatch
from reconciliation.services.tokens import add_token
from reconciliation.services.trigger import trigger
from reconciliation.sources.cassandra import sessions
from reconciliation.states import JobStatus, RangeState, Strategy
from tests.reconciliation.jobs import tables
from tests.reconciliation.jobs.amid import amid, attempts
from workers import handlers

YESTERDAY = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
PLANTED = {"3": "MISSING_IN_POSTGRES", "4": "DATA_MISMATCH", "41": "MISSING_IN_CASSANDRA"}


@pytest.fixture
def orders(cassandra, database):
    """Forty rows with three differences; the name of the Cassandra table."""
    table = cassandra.table("id int PRIMARY KEY, name text", fresh=True)
    for number in range(1, 41):
        cassandra.execute(
            f"INSERT INTO {table} (id, name) VALUES (%s, %s) USING TIMESTAMP {int(YESTERDAY.timestamp() * 1_000_000)}",
            (number, f"order {number}"),
        )
    sql.execute("CREATE SCHEMA replica")
    sql.execute("CREATE TABLE replica.orders (id int PRIMARY KEY, name text)")
    sql.execute("INSERT INTO replica.orders SELECT n, 'order ' || n FROM generate_series(1, 41) n WHERE n <> 3")
    sql.execute("UPDATE replica.orders SET name = 'another' WHERE id = 4")
    far = Connection.objects.create(
        name="cluster", kind="cassandra", address=cassandra.address, options={"request_seconds": 2}
    )
    tables.mapped(
        "orders", source=far, source_schema=cassandra.keyspace, source_table=table, columns=tables.COLUMNS[:2],
        timestamp_column="",
    )  # fmt: skip
    yield table
    tables.drop()


@pytest.fixture
def by_token(orders):
    add_token(Definition.of(Mapping.objects.get()), column="cassandra_token")
    Mapping.objects.update(token_column="cassandra_token")


def started():
    return trigger(tables=["orders"], strategy=Strategy.CHECKSUM).jobs[0]


def found():
    return dict(Mismatch.objects.values_list("primary_key_value", "mismatch_type"))


def assert_failed(job, told):
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert all(told in one["error"] for one in job.validation_errors), job.validation_errors
    assert found().items() <= PLANTED.items()
    assert not Coverage.objects.exists()


def assert_found_all(job):
    job.refresh_from_db()
    assert (job.status, job.validation_errors, found()) == (JobStatus.COMPLETED, None, PLANTED)


def test_a_node_killed_amid_a_job_and_started_again_costs_attempts_and_no_difference(
    cassandra, orders, run_jobs, monkeypatch
):
    killed = Event()

    def kill():
        cassandra.node.kill()
        killed.set()

    attempts(monkeypatch, 20)
    amid(monkeypatch, kill)
    job = started()
    assert killed.wait(60)
    cassandra.restart()
    run_jobs()
    assert_found_all(job)
    assert max(job.ranges.values_list("attempts", flat=True)) > 1


@pytest.mark.usefixtures("by_token")
def test_a_node_that_hangs_amid_a_job_fails_it_without_a_wait_for_each_range(cassandra, run_jobs, monkeypatch):
    patience = sessions.CONNECT_SECONDS

    def hang():
        monkeypatch.setattr(sessions, "CONNECT_SECONDS", 2.0)
        os.kill(cassandra.node.pid, signal.SIGSTOP)

    attempts(monkeypatch, 2)
    amid(monkeypatch, hang)
    try:
        job = started()
        run_jobs()
    finally:
        os.kill(cassandra.node.pid, signal.SIGCONT)
        monkeypatch.setattr(sessions, "CONNECT_SECONDS", patience)
        sessions.close_all()
    assert_failed(job, "cluster: ")
    told = {one["error"] for one in job.validation_errors if one["range"] is not None}
    assert told
    assert all("does not answer in time" in one or "no Cassandra answers" in one for one in told)
    assert not job.ranges.filter(state=RangeState.SPLIT).exists()
    attempts(monkeypatch, 20)
    job = started()
    run_jobs()
    assert_found_all(job)


@pytest.mark.parametrize("change", ["DROP TABLE {}", "ALTER TABLE {} DROP name", "ALTER TABLE {} RENAME id TO number"])
@pytest.mark.usefixtures("by_token")
def test_a_table_that_is_changed_amid_a_job_fails_it_by_name(cassandra, orders, run_jobs, monkeypatch, change):
    amid(monkeypatch, lambda: cassandra.execute(change.format(orders)))
    job = started()
    run_jobs()
    assert_failed(job, orders)


def test_a_column_dropped_before_the_second_reading_fails_the_job(cassandra, orders, run_jobs, monkeypatch):
    """The handler that gathers what differs is where the reading of ranges has ended and no other began."""
    gather = handlers.registered("reconciliation.gather")

    def dropped(claim):
        cassandra.execute(f"ALTER TABLE {orders} DROP name")
        return gather.work(claim)

    monkeypatch.setitem(handlers._handlers, gather.type, replace(gather, work=dropped))
    job = started()
    run_jobs()
    assert_failed(job, orders)
    assert found() == {}
