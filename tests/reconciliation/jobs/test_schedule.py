"""What the schedule starts, and when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reconciliation.models import Mapping, ReconciliationJob
from reconciliation.queries.due import due_mappings
from reconciliation.services.trigger import trigger
from reconciliation.states import JobStatus, JobType, Strategy
from tests.reconciliation.jobs import tables
from workers import services as engine
from workers.models import Schedule
from workers.queries import failures
from workers.services import JobSpec, standing
from workers.services.firing import fire_due


@pytest.fixture
def orders(users) -> Mapping:
    return tables.mapped("orders", strategy="ROW_COUNT", interval_minutes=10)


def due() -> list[str]:
    return [mapping.name for mapping in due_mappings()]


def scheduled(mapping: Mapping, minutes_ago: float) -> None:
    job = trigger(tables=[mapping.name], strategy=Strategy.CHECKSUM, job_type=JobType.HOURLY_SCHEDULED).jobs[0]
    begin = timezone.now() - timedelta(minutes=minutes_ago)
    ReconciliationJob.objects.filter(pk=job.pk).update(status=JobStatus.COMPLETED, created_at=begin)


def test_a_table_is_due_when_its_own_interval_has_passed_else_the_installations(users, orders):
    scheduled(users, 30)
    scheduled(orders, 30)
    assert due() == ["orders"]
    ReconciliationJob.objects.filter(mapping=users).update(created_at=timezone.now() - timedelta(minutes=61))
    assert due() == ["orders", "users"]


def test_a_run_by_hand_does_not_count(users):
    (job,) = trigger(tables=["users"], strategy=Strategy.CHECKSUM).jobs
    assert due() == []
    ReconciliationJob.objects.filter(pk=job.pk).update(status=JobStatus.COMPLETED)
    assert due() == ["users"]


def test_disabled_mappings_and_tables_that_are_not_listed_are_left_out(users, orders, settings):
    settings.RECONCILIATION_TABLES = ["orders"]
    assert due() == ["orders"]
    Mapping.objects.update(enabled=False)
    assert due() == []


def test_nothing_is_due_while_reconciliation_is_disabled(users, settings):
    settings.RECONCILIATION_ENABLED = False
    assert due() == []


def test_a_table_that_is_refused_holds_up_no_other(users, orders, run_jobs):
    tables.make("orders")
    Mapping.objects.filter(name="orders").update(strategy="TIMESTAMP_RANGE", timestamp_column="")
    execution = engine.submit(workflow="test", jobs=[JobSpec(key="due", type="reconciliation.scheduled")])
    run_jobs()
    assert [job.table_name for job in ReconciliationJob.objects.all()] == ["users"]
    ((_, error),) = failures(execution.pk)
    assert error.startswith("orders: validation_strategy")


def test_the_engines_schedule_starts_what_is_due_by_the_mappings_strategy(users, orders, run_jobs):
    tables.make("orders")
    standing.ensure()
    Schedule.objects.update(next_run_at=timezone.now())
    fire_due()
    run_jobs()
    found = ReconciliationJob.objects.values_list("table_name", "validation_strategy", "job_type", "status")
    assert set(found) == {
        ("users", "CHECKSUM", "HOURLY_SCHEDULED", "COMPLETED"),
        ("orders", "ROW_COUNT", "HOURLY_SCHEDULED", "COMPLETED"),
    }
