"""What housekeeping removes of reconciliation, and what it never does."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from project.access import audit
from reconciliation import forgetting
from reconciliation.forgetting import Round
from reconciliation.models import (
    Candidate,
    Coverage,
    Mismatch,
    MismatchEvent,
    ReconciliationJob,
    ReconciliationRange,
    ReconciliationTotal,
    Repair,
    Sighting,
    WebhookDelivery,
    WebhookSubscription,
)
from reconciliation.states import JobStatus, JobType, Resolution, Strategy
from tests.reconciliation import rows
from workers.chores import Session
from workers.runtime.sessions import session

DAYS = 90
OLD, YOUNG = timedelta(days=DAYS + 1), timedelta(days=DAYS - 1)


def ago(age: timedelta) -> datetime:
    return timezone.now() - age


def compared(age: timedelta, *, ranges: int = 2, **values: Any) -> ReconciliationJob:
    """A scheduled job that ended so long ago, with its ranges."""
    begin = ago(age)
    given = {"job_type": JobType.HOURLY_SCHEDULED, "started_at": begin, "completed_at": begin, **values}
    made = rows.job(**given)
    ReconciliationRange.objects.bulk_create(
        ReconciliationRange(job=made, number=number, state="EQUAL") for number in range(ranges)
    )
    return made


def found(by: ReconciliationJob, status: Resolution, age: timedelta = OLD, **values: Any) -> Mismatch:
    """A mismatch with a line of history of that age, resolved then if it is."""
    resolved = None if status == Resolution.PENDING else ago(age)
    made = rows.mismatch(by, resolution_status=status, resolved_at=resolved, detected_at=ago(age), **values)
    MismatchEvent.objects.create(mismatch=made, job=by, name="detected", at=ago(age))
    return made


def number(model: Any, **of: Any) -> int:
    return int(model.objects.filter(**of).count())


@pytest.fixture(autouse=True)
def newest(database: None) -> ReconciliationJob:
    """The mapping's last job, completed just now."""
    return compared(timedelta())


@pytest.fixture
def own_session() -> Iterator[Session]:
    with session("test") as connection:
        yield connection


@pytest.fixture
def forget(own_session: Session) -> Any:
    return lambda days=DAYS: Round().go(own_session, days, lambda: False)


def test_a_job_that_nothing_refers_to_goes_with_all_that_it_found(forget, newest):
    old, young = compared(OLD), compared(YOUNG)
    Candidate.objects.create(job=old, range_number=0, key=["1"])
    removed = forget()
    assert set(ReconciliationJob.objects.all()) == {newest, young}
    assert (number(ReconciliationRange, job=young), number(ReconciliationRange), number(Candidate)) == (2, 4, 0)
    assert removed == 2 + 1 + 1
    assert forget() == 0


def test_what_the_counters_say_stays(forget):
    compared(OLD)
    before = ReconciliationTotal.objects.get().completed
    forget()
    assert ReconciliationTotal.objects.get().completed == before


def test_a_job_that_goes_on_is_kept_however_old_it_is(forget):
    running = rows.running(created_at=ago(OLD), started_at=ago(OLD))
    ReconciliationRange.objects.create(job=running, number=0)
    Candidate.objects.create(job=running, range_number=0, key=["1"])
    assert forget() == 0


def test_the_last_job_of_a_mapping_is_kept_and_its_last_completed_one_of_each_strategy(forget):
    kept = [
        compared(OLD, table="orders", validation_strategy=Strategy.CHECKSUM),
        compared(OLD, table="orders", validation_strategy=Strategy.SAMPLE),
        compared(OLD, table="orders", status=JobStatus.FAILED),
    ]
    gone = compared(OLD + timedelta(days=1), table="orders", validation_strategy=Strategy.CHECKSUM)
    forget()
    assert set(ReconciliationJob.objects.filter(table_name="orders")) == set(kept)
    assert number(ReconciliationRange, job__in=kept) == 6
    assert number(ReconciliationRange, job_id=gone.pk) == 0


def test_coverage_is_kept_with_the_job_that_proved_it(forget):
    proof = compared(OLD)
    Coverage.objects.create(
        mapping=proof.mapping, job=proof, mapping_version=1, canonical_version=1, rows=1, proved_at=ago(OLD)
    )
    assert forget() == 0
    assert number(Coverage) == 1


@pytest.mark.parametrize("status", [Resolution.PENDING, Resolution.IGNORED])
def test_a_mismatch_that_stands_keeps_its_history_and_the_job_that_saw_it(forget, status):
    old = compared(OLD)
    mismatch = found(old, status)
    forget()
    assert (number(MismatchEvent), number(Sighting), number(ReconciliationJob, pk=old.pk)) == (1, 1, 1)
    assert number(ReconciliationRange, job=old) == 0
    assert number(Mismatch, pk=mismatch.pk) == 1


def test_history_goes_when_a_mismatch_was_resolved_by_itself_long_ago(forget):
    old, later = compared(OLD), compared(YOUNG)
    mismatch = found(old, Resolution.AUTO_RESOLVED)
    recent = found(old, Resolution.AUTO_RESOLVED, age=YOUNG)
    Sighting.objects.create(job=later, mismatch=mismatch, mismatch_type=mismatch.mismatch_type)
    MismatchEvent.objects.create(mismatch=mismatch, job=later, name="seen", at=ago(YOUNG))
    forget()
    assert list(MismatchEvent.objects.values_list("mismatch", "name")) == [
        (recent.pk, "detected"),
        (mismatch.pk, "seen"),
    ]
    assert set(Sighting.objects.values_list("job", "mismatch")) == {(old.pk, recent.pk), (later.pk, mismatch.pk)}
    assert number(Mismatch) == 2


def test_what_a_repair_is_about_keeps_its_history(forget):
    mismatch = found(compared(OLD), Resolution.AUTO_RESOLVED)
    Repair.objects.create(mismatch=mismatch, action="update", outcome="applied", at=ago(OLD))
    forget()
    assert (number(MismatchEvent), number(Sighting), number(Repair)) == (1, 1, 1)


def test_what_the_audit_trail_is_about_keeps_its_history(forget):
    mismatch = found(compared(OLD), Resolution.MANUAL_RESOLVED)
    audit.record(operation="mismatch.resolve", target=str(mismatch.pk))
    forget()
    assert (number(MismatchEvent), number(Sighting)) == (1, 1)


def test_a_job_that_the_audit_trail_names_stays_without_its_ranges(forget):
    old = compared(OLD, job_type=JobType.MANUAL_ONDEMAND)
    audit.record(operation="reconciliation.trigger", target=old.table_name, after={"job": str(old.pk)})
    forget()
    assert (number(ReconciliationJob, pk=old.pk), number(ReconciliationRange, job=old)) == (1, 0)


def test_deliveries_go_that_have_ended(forget):
    made = WebhookSubscription.objects.create(url="http://hooks.example.com/", secret="s", events=[])
    for state in WebhookDelivery.State:
        for age in (OLD, YOUNG):
            WebhookDelivery.objects.create(subscription=made, event="x", payload={}, state=state, created_at=ago(age))
    assert forget() == 2
    assert sorted(WebhookDelivery.objects.values_list("state", flat=True)) == [
        "delivered",
        "failed",
        "pending",
        "pending",
    ]


def test_many_rows_go_in_blocks_and_a_pass_goes_on_where_one_was_late(own_session, monkeypatch, newest):
    monkeypatch.setattr(forgetting, "ROWS", 3)
    newest.ranges.all().delete()  # they were made before those that are older
    for day in range(4):
        compared(OLD + timedelta(days=day), ranges=5)
    compared(YOUNG, ranges=5)
    here, removed = Round(), []
    for _ in range(40):
        removed.append(here.go(own_session, DAYS, lambda: True))
        if here.not_before:
            break
    assert here.not_before
    assert (sum(removed), max(removed)) == (4 * 5 + 4, 3)
    assert (number(ReconciliationRange), number(ReconciliationJob)) == (5, 2)


def test_jobs_of_one_moment_are_not_passed_over_between_blocks(own_session, monkeypatch):
    monkeypatch.setattr(forgetting, "ROWS", 2)
    moment = ago(OLD)
    for _ in range(5):
        compared(OLD, started_at=moment, completed_at=moment, ranges=0)
    Round().go(own_session, DAYS, lambda: False)
    assert number(ReconciliationJob) == 1


def test_the_command_removes_it_and_says_so(settings, monkeypatch, capsys):
    settings.RECONCILIATION_RETENTION_DAYS = DAYS
    monkeypatch.setattr(forgetting, "_round", Round())
    compared(OLD)
    call_command("housekeep")
    assert "3 of reconciliation forgotten" in capsys.readouterr().out
    out = StringIO()
    monkeypatch.setattr(forgetting, "_round", Round())
    call_command("housekeep", "--json", stdout=out)
    assert json.loads(out.getvalue())["rows_forgotten"]["reconciliation"] == 0


def test_a_retention_of_zero_keeps_everything(settings, monkeypatch):
    settings.RECONCILIATION_RETENTION_DAYS = 0
    monkeypatch.setattr(forgetting, "_round", Round())
    old = compared(OLD)
    call_command("housekeep", stdout=StringIO())
    assert number(ReconciliationJob, pk=old.pk) == 1


def test_between_two_rounds_an_hour_passes(own_session, monkeypatch):
    here = Round()
    monkeypatch.setattr(forgetting, "_round", here)
    assert forgetting.forget(own_session, lambda: False) == 0
    compared(OLD)
    assert forgetting.forget(own_session, lambda: False) == 0
    here.not_before = 0.0
    assert forgetting.forget(own_session, lambda: False) == 3
