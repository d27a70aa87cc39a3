"""Comparisons in the quiet hours of their mapping: put off, told so, and gone on with when the hours end."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from project.access.roles import Role
from project.postgres import sql
from reconciliation.comparing import quiet
from reconciliation.comparing.pace import Pace
from reconciliation.jobs import gather, steps
from reconciliation.models import Candidate, Mapping, Mismatch, ReconciliationJob
from reconciliation.queries.rates import estimated_completion
from reconciliation.services import mappings
from reconciliation.services.trigger import trigger
from reconciliation.states import JobStatus, Priority, RangeState, Strategy
from tests.workers.hands import wait_for
from workers import queries
from workers.handlers import PutOff
from workers.models import Deferral
from workers.queries import ReasonKind
from workers.services import JobSpec

pytestmark = pytest.mark.usefixtures("users")


def window(begin: datetime, end: datetime) -> dict[str, Any]:
    return {"from": f"{begin:%H:%M}", "to": f"{end:%H:%M}", "zone": "UTC"}


def around_now() -> list[dict[str, Any]]:
    now = timezone.now()
    return [window(now - timedelta(hours=2), now + timedelta(hours=2))]


def end_of(hours: list[dict[str, Any]]) -> datetime:
    """When a window of `around_now` ends."""
    soon = timezone.now() + timedelta(hours=2, minutes=1)
    hour, minute = map(int, hours[0]["to"].split(":"))
    end = soon.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return end if end <= soon else end - timedelta(days=1)


def started(strategy: Strategy = Strategy.CHECKSUM, **options: Any) -> ReconciliationJob:
    return trigger(tables=["users"], strategy=strategy, **options).jobs[0]


def clear() -> None:
    mappings.change(name="users", actor=None, quiet_hours=[], chunk_seconds=0.5)


def put_off(job: ReconciliationJob) -> bool:
    assert job.execution_id is not None
    reasons = queries.explain_execution(job.execution_id)
    return any(reason.kind is ReasonKind.DELAYED and "quiet hours" in reason.text for reason in reasons)


class Clock:
    """What the steps of a comparison take for the present."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return timezone.now() + self.ahead


@pytest.fixture
def clock(monkeypatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(steps, "timezone", found)
    return found


@pytest.mark.parametrize("priority", Priority)
def test_a_job_that_begins_in_quiet_hours_reads_nothing_and_says_until_when(workers, client_for, priority):
    hours = around_now()
    Mapping.objects.update(quiet_hours=hours)
    job = started(priority=priority)
    wait_for(Deferral.objects.exists, "it is put off")
    shown = client_for(Role.AUDITOR).get(f"/api/v1/reconciliation/jobs/{job.pk}").json()
    assert (shown["status"], shown["method"], sum(shown["ranges"].values())) == ("RUNNING", "", 0)
    assert shown["paused"].startswith("paused until ")
    assert shown["paused"].endswith(f"{hours[0]['to']} UTC")
    assert datetime.fromisoformat(shown["paused_until"]) == end_of(hours)
    (reason,) = [one for one in queries.explain_execution(job.execution_id) if one.kind is ReasonKind.DELAYED]
    assert reason.text.endswith(f"users has quiet hours: {shown['paused']}.")


def test_the_list_has_the_same_and_a_job_that_ended_is_not_paused(compared, client_for):
    job = compared()
    Mapping.objects.update(quiet_hours=around_now())
    (shown,) = client_for(Role.AUDITOR).get("/api/v1/reconciliation/jobs").json()["jobs"]
    assert (shown["job_id"], shown["paused"], shown["paused_until"]) == (str(job.pk), None, None)


def test_clearing_the_hours_lets_a_job_go_on_at_once(workers, run_jobs):
    Mapping.objects.update(quiet_hours=around_now())
    job = started()
    wait_for(Deferral.objects.exists, "it is put off")
    clear()
    run_jobs()
    job.refresh_from_db()
    assert (job.status, job.mismatch_count, job.source_rows) == (JobStatus.COMPLETED, 0, 20)


def test_other_hours_put_it_off_anew(workers):
    Mapping.objects.update(quiet_hours=around_now())
    started()
    wait_for(Deferral.objects.exists, "it is put off")
    before, now = Deferral.objects.get().until, timezone.now()
    longer = [window(now - timedelta(hours=2), now + timedelta(hours=5))]
    mappings.change(name="users", actor=None, quiet_hours=longer, chunk_seconds=0.5)
    wait_for(lambda: Deferral.objects.filter(until__gt=before).exists(), "it is put off for longer")


def test_when_the_hours_have_ended_it_goes_on_by_itself(compared, monkeypatch):
    rests = [quiet.Rest(until=timezone.now(), zone=ZoneInfo("UTC"))] * 2
    monkeypatch.setattr("reconciliation.queries.pausing.rest_of", lambda *_: rests.pop() if rests else None)
    job = compared()
    assert (job.status, rests) == (JobStatus.COMPLETED, [])
    assert set(job.ranges.values_list("attempts", flat=True)) == {1}


@pytest.mark.parametrize("strategy", [Strategy.CHECKSUM, Strategy.TIMESTAMP_RANGE])
def test_a_reader_stops_at_the_next_page_when_hours_begin_and_the_range_is_compared_later(
    workers, run_jobs, monkeypatch, clock, strategy
):
    now, pages = timezone.now(), []
    Mapping.objects.update(quiet_hours=[window(now + timedelta(hours=2), now + timedelta(hours=4))])
    sql.execute("UPDATE upstream.users SET updated_at = now()")

    def took(self: Pace, rows: int) -> None:
        pages.append(rows)
        clock.ahead = timedelta(hours=3)
        real(self, rows)

    real = Pace.took
    monkeypatch.setattr(Pace, "took", took)
    job = started(strategy)
    wait_for(lambda: put_off(job), "a range is put off")
    assert pages
    assert job.ranges.filter(state=RangeState.PENDING, source_rows=None).exists()
    clear()
    run_jobs()
    job.refresh_from_db()
    assert (job.status, job.source_rows) == (JobStatus.COMPLETED, 20)
    assert set(job.ranges.values_list("attempts", flat=True)) == {1}


def test_candidates_are_not_read_again_in_quiet_hours(workers, run_jobs, clock, monkeypatch):
    now = timezone.now()
    Mapping.objects.update(quiet_hours=[window(now + timedelta(hours=2), now + timedelta(hours=4))])
    sql.execute("DELETE FROM replica.users WHERE id = 3")
    real = gather.again

    def again(job: ReconciliationJob) -> list[JobSpec]:
        clock.ahead = timedelta(hours=3)
        return real(job)

    monkeypatch.setattr(gather, "again", again)
    job = started()
    wait_for(lambda: put_off(job), "the second reading is put off")
    assert (Candidate.objects.count(), Mismatch.objects.count()) == (1, 0)
    clear()
    run_jobs()
    job.refresh_from_db()
    assert (job.status, job.mismatch_count) == (JobStatus.COMPLETED, 1)


def test_pages_of_a_side_without_a_cap_stop_as_well():
    stops = iter([False, True])

    def stop_if_asked() -> None:
        if next(stops):
            raise PutOff(timezone.now(), "quiet")

    read = Pace(1.0, stop_if_asked).watched([[(b"1",)], [(b"2",)], [(b"3",)]])
    assert next(read) == [(b"1",)]
    with pytest.raises(PutOff):
        next(read)


def test_the_estimate_is_behind_the_quiet_hours():
    job = started()
    soon = estimated_completion([job])
    hours = around_now()
    Mapping.objects.update(quiet_hours=hours)
    assert soon < end_of(hours) < estimated_completion([job])
