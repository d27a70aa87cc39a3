"""Starting comparisons: which tables, one at a time, and when they will be done."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from project.access.models import AuditEntry
from project.api.errors import InvalidRequest, NotReady
from project.postgres import sql
from reconciliation.models import Mapping, ReconciliationJob
from reconciliation.services.trigger import fail_abandoned, trigger
from reconciliation.states import JobStatus, JobType, Priority, Strategy
from tests.reconciliation.jobs import tables
from workers import services as engine
from workers.queries import jobs_of

CHECKSUM = Strategy.CHECKSUM


def names(triggered) -> list[str]:
    return [job.table_name for job in triggered.jobs]


@pytest.fixture
def three(users) -> list[str]:
    tables.mapped("orders")
    tables.mapped("products", enabled=False)
    tables.mapped("accounts")
    return ["users", "orders", "accounts"]


def test_jobs_come_in_the_order_of_the_tables(three):
    assert names(trigger(tables=three, strategy=CHECKSUM)) == three


def test_no_tables_are_all_that_are_enabled(three):
    assert names(trigger(tables=[], strategy=CHECKSUM)) == ["accounts", "orders", "users"]


def test_an_unknown_table_is_refused_with_those_that_are_known(three):
    with pytest.raises(InvalidRequest) as refused:
        trigger(tables=["users", "nothing"], strategy=CHECKSUM)
    assert refused.value.body()["error"] == "INVALID_TABLE"
    assert refused.value.message == "Table 'nothing' does not exist or is not configured for replication"
    assert refused.value.members == {"valid_tables": ["accounts", "orders", "users"]}
    assert not ReconciliationJob.objects.exists()


def test_a_mapping_that_is_disabled_is_as_good_as_unknown(three):
    with pytest.raises(InvalidRequest):
        trigger(tables=["products"], strategy=CHECKSUM)


def test_nothing_is_started_while_reconciliation_is_disabled(users, settings):
    settings.RECONCILIATION_ENABLED = False
    with pytest.raises(NotReady) as refused:
        trigger(tables=["users"], strategy=CHECKSUM)
    assert refused.value.body()["error"] == "RECONCILIATION_DISABLED"


def test_a_time_range_needs_a_column_that_says_when(users):
    Mapping.objects.update(timestamp_column="")
    with pytest.raises(InvalidRequest, match="timestamp column"):
        trigger(tables=["users"], strategy=Strategy.TIMESTAMP_RANGE)


def test_who_asks_for_a_table_that_runs_joins_its_job(users):
    first = trigger(tables=["users"], strategy=CHECKSUM)
    second = trigger(tables=["users", "users"], strategy=Strategy.ROW_COUNT)
    assert [job.pk for job in second.jobs] == [first.jobs[0].pk]
    assert first.joined == frozenset()
    assert second.joined == {first.jobs[0].pk}


def test_of_many_triggers_at_once_one_starts_and_the_others_join(users):
    found, barrier = [], threading.Barrier(5)

    def ask() -> None:
        barrier.wait()
        found.append(trigger(tables=["users"], strategy=CHECKSUM))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.jobs[0].pk for one in found}) == 1
    assert sorted(len(one.joined) for one in found) == [0, 1, 1, 1, 1]
    assert ReconciliationJob.objects.count() == 1


def test_a_job_whose_execution_was_cancelled_fails_and_makes_room(users):
    (job,) = trigger(tables=["users"], strategy=CHECKSUM).jobs
    engine.cancel(execution_id=job.execution_id, reason="a test")
    fail_abandoned()
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "cancelled" in job.validation_errors[0]["error"]
    assert trigger(tables=["users"], strategy=CHECKSUM).joined == frozenset()


@pytest.mark.parametrize(("priority", "expected"), [("LOW", "idle"), ("NORMAL", "normal"), ("HIGH", "urgent")])
def test_the_priority_is_a_class_of_the_engine(users, priority, expected):
    (job,) = trigger(tables=["users"], strategy=CHECKSUM, priority=Priority(priority)).jobs
    assert {one.priority for one in jobs_of(job.execution_id)} == {expected}


def test_the_definition_is_kept_as_it_was(users):
    (job,) = trigger(tables=["users"], strategy=CHECKSUM).jobs
    assert (job.definition["name"], job.mapping_version, job.canonical_version) == ("users", 1, 1)


def test_what_people_start_is_in_the_audit_trail_and_the_schedule_is_not(users, three):
    trigger(tables=["users"], strategy=CHECKSUM)
    trigger(tables=["orders"], strategy=CHECKSUM, job_type=JobType.HOURLY_SCHEDULED)
    assert [entry.target for entry in AuditEntry.objects.filter(operation="reconciliation.trigger")] == ["users"]


def test_completion_is_estimated_from_what_past_jobs_took_and_what_is_queued_before(three):
    for name, minutes in (("users", 10), ("orders", 20)):
        sql.execute(
            "INSERT INTO reconciliation_job (id, mapping_id, table_name, job_type, validation_strategy, status,"
            " mapping_version, canonical_version, definition, started_at, completed_at)"
            " SELECT gen_random_uuid(), id, name, 'HOURLY_SCHEDULED', 'CHECKSUM', 'COMPLETED', 1, 1, '{}',"
            " now() - interval '1 day', now() - interval '1 day' + %s * interval '1 minute'"
            " FROM mapping WHERE name = %s",
            [minutes, name],
        )
    first = trigger(tables=["users"], strategy=CHECKSUM).estimated_completion - timezone.now()
    second = trigger(tables=["orders"], strategy=CHECKSUM).estimated_completion - timezone.now()
    assert timedelta(minutes=9.5) < first < timedelta(minutes=10.5)
    assert timedelta(minutes=29.5) < second < timedelta(minutes=30.5)
