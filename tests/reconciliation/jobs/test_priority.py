"""LOW runs while nothing else waits; who asks with more priority for what waits gets it."""

import pytest
from django.utils import timezone

from project.postgres import sql
from reconciliation.models import Mapping, ReconciliationJob
from reconciliation.queries.due import due_mappings
from reconciliation.services.trigger import Triggered, trigger
from reconciliation.states import JobStatus, JobType, Priority, Strategy
from tests.reconciliation.jobs import tables
from tests.workers.hands import Hand, graph, job, own_session
from workers import queries
from workers.models import Execution, ExecutionStatus
from workers.queries import ReasonKind, jobs_of


def ask(*names: str, priority: Priority = Priority.NORMAL) -> Triggered:
    return trigger(tables=names or ["users"], strategy=Strategy.CHECKSUM, priority=priority)


def own_hand() -> Hand:
    """A worker that may take jobs of the product, too."""
    hand = Hand()
    sql.execute("UPDATE worker SET has_session = true WHERE id = %s", [hand.id])
    return hand


@pytest.fixture
def orders(users) -> Mapping:
    return tables.mapped("orders")


def test_low_waits_for_whatever_else_is_due_however_old_it_is(users, orders):
    (low,) = ask(priority=Priority.LOW).jobs
    sql.execute("UPDATE ready SET run_at = now() - interval '1 year'")
    ask("orders")
    graph(job("another"))
    hand = own_hand()
    taken = [hand.claim(1)[0] for _ in range(3)]
    assert {one["key"] for one in taken[:2]} == {"plan", "another"}
    assert taken[2]["execution_id"] == low.execution_id


def test_high_goes_before_what_waits_for_less_than_the_bound(users, orders):
    ask()
    (high,) = ask("orders", priority=Priority.HIGH).jobs
    assert own_hand().claim(1)[0]["execution_id"] == high.execution_id


def test_the_engine_says_what_a_low_job_waits_for(users):
    (low,) = ask(priority=Priority.LOW).jobs
    with own_session() as alive:
        alive.execute("SELECT pg_advisory_lock(1, %s)", [own_hand().id])
        (reason,) = queries.explain_job(low.execution_id, "plan")
    assert reason.kind is ReasonKind.WAITING_TURN
    assert "only while no other job waits" in reason.text


def test_with_nothing_else_to_do_a_low_job_is_done(users, run_jobs):
    (low,) = ask(priority=Priority.LOW).jobs
    run_jobs()
    low.refresh_from_db()
    assert (low.status, low.source_rows) == (JobStatus.COMPLETED, 20)


@pytest.mark.parametrize("claimed", [False, True])
def test_who_asks_with_more_priority_for_what_waits_gets_it(users, request, claimed):
    first = ask(priority=Priority.LOW).jobs[0]
    if claimed:
        own_hand().claim(1)  # and does nothing with it
    second = ask(priority=Priority.HIGH)
    assert second.joined == {first.pk}
    raised = ReconciliationJob.objects.get()
    assert (raised.pk, raised.priority, raised.status) == (first.pk, Priority.HIGH, JobStatus.RUNNING)
    assert {one.priority for one in jobs_of(raised.execution_id)} == {"urgent"}
    assert Execution.objects.get(pk=first.execution_id).status == ExecutionStatus.CANCELLED
    request.getfixturevalue("run_jobs")()  # workers begin only now
    raised.refresh_from_db()
    assert (raised.status, raised.validation_errors, raised.source_rows) == (JobStatus.COMPLETED, None, 20)


def test_less_priority_takes_none_away_and_what_has_begun_stays_as_it_is(users):
    first = ask(priority=Priority.HIGH).jobs[0]
    ask(priority=Priority.LOW)
    assert ReconciliationJob.objects.get().execution_id == first.execution_id
    ReconciliationJob.objects.update(priority=Priority.LOW, started_at=timezone.now())
    ask(priority=Priority.HIGH)
    kept = ReconciliationJob.objects.get()
    assert (kept.execution_id, kept.priority) == (first.execution_id, Priority.LOW)
    assert Execution.objects.get().status == ExecutionStatus.PENDING


def test_a_low_job_that_waits_does_not_keep_the_schedule_from_the_table(users):
    ask(priority=Priority.LOW)
    assert due_mappings() == [users]
    trigger(
        tables=["users"],
        strategy=Strategy.CHECKSUM,
        priority=Priority.NORMAL,
        job_type=JobType.HOURLY_SCHEDULED,
    )
    assert ReconciliationJob.objects.get().priority == Priority.NORMAL
    assert due_mappings() == []
