"""The demo where Cassandra can't run: it compares with PostgreSQL, and says why."""

from contextlib import ExitStack

import psycopg
import pytest
from django.conf import settings

from project.cassandra import CassandraNode, NodeError
from project.demo import customers, reconciling
from reconciliation.services.trigger import Triggered, trigger


@pytest.fixture(autouse=True)
def schemas(monkeypatch):
    def missing(node: CassandraNode) -> None:
        raise NodeError("Cassandra needs Java 17: apt-get install openjdk-17-jre-headless.")

    monkeypatch.setattr(CassandraNode, "start", missing)
    yield
    with psycopg.connect(settings.DATABASE_URL) as connection:
        for schema in (customers.UPSTREAM, customers.REPLICA):
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


def test_the_source_is_a_table_of_postgresql_and_the_planted_faults_are_found(tmp_path, run_jobs, monkeypatch):
    with ExitStack() as stack:
        upstream = reconciling.source(tmp_path, stack)
        assert str(upstream) == "PostgreSQL (Cassandra needs Java 17: apt-get install openjdk-17-jre-headless.)"
        reconciling.prepare(upstream)
        monkeypatch.setattr(reconciling, "trigger", lambda **given: _run(trigger(**given), run_jobs))
        first = reconciling.compare(upstream)
        assert (first.status, first.missing_in_target, first.missing_in_source, first.data_mismatches) == (
            "COMPLETED",
            2,
            3,
            4,
        )
        reconciling.prepare(reconciling.source(tmp_path, stack))
        again = reconciling.compare(upstream)
        assert (again.mismatch_count, again.mapping) == (first.mismatch_count, first.mapping)


def _run(started: Triggered, run_jobs) -> Triggered:
    run_jobs()
    return started
