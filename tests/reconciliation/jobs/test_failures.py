"""What goes wrong amid a comparison: a clear state and error, and never a match that nothing proved."""

import signal
import time
from dataclasses import replace

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from project.postgres import sql
from reconciliation.jobs import compare
from reconciliation.jobs.hanging import IN_A_ROW
from reconciliation.jobs.unfinished import CANCELLED, NAMED, unfinished
from reconciliation.models import (
    Candidate,
    Connection,
    Coverage,
    Mapping,
    Mismatch,
    ReconciliationJob,
    ReconciliationRange,
)
from reconciliation.services.trigger import trigger
from reconciliation.sources.protocol import NothingRead, ReadTimeout
from reconciliation.states import JobStatus, RangeState, Strategy
from tests.reconciliation.jobs import tables
from tests.workers.processes import run_workers
from workers import handlers

pytestmark = pytest.mark.usefixtures("users")
PATIENCE = 120.0


@pytest.fixture
def tried_once(monkeypatch) -> None:
    """Attempts that would take a quarter of a minute to be used up."""
    for name in ("plan", "compare", "confirm"):
        known = handlers.registered(f"reconciliation.{name}")
        monkeypatch.setitem(handlers._handlers, known.type, replace(known, max_attempts=1))


def wait_for(condition, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"no {what}"
        time.sleep(0.02)


def started() -> ReconciliationJob:
    return trigger(tables=["users"], strategy=Strategy.CHECKSUM).jobs[0]


def ended(job: ReconciliationJob) -> bool:
    job.refresh_from_db()
    return job.status != JobStatus.RUNNING


def test_a_table_that_is_gone_fails_the_job_by_name(compared):
    sql.execute("DROP TABLE replica.users")
    job = compared()
    assert job.status == JobStatus.FAILED
    assert "replica.users" in job.validation_errors[0]["error"]
    assert (job.source_rows, job.alert_fired, Coverage.objects.count()) == (None, False, 0)


def test_a_column_that_is_gone_fails_the_job(compared):
    sql.execute("ALTER TABLE upstream.users DROP COLUMN amount")
    job = compared()
    assert job.status == JobStatus.FAILED
    assert "amount" in job.validation_errors[0]["error"]


def test_many_ranges_that_were_not_compared_are_marked_at_once_and_some_are_named(users):
    job = started()
    ReconciliationRange.objects.bulk_create(
        ReconciliationRange(job=job, number=number, lower=[str(number)], upper=[str(number + 1)])
        for number in range(500)
    )
    failed = {f"range-{number}": "no host answers" for number in (0, 1, 499)} | {"confirm-1-9": "gone"}
    with CaptureQueriesContext(connection) as asked:
        errors = unfinished(job, failed)
    assert len(asked) <= 4
    assert not job.ranges.exclude(state=RangeState.FAILED, finished_at__isnull=False).exists()
    assert dict(job.ranges.order_by().values_list("error").annotate(Count("pk"))) == {
        "no host answers": 3,
        CANCELLED: 497,
    }
    assert errors[1] == {"range": 1, "lower": ["1"], "upper": ["2"], "error": "no host answers"}
    assert [one["range"] for one in errors] == [*range(NAMED), None, None]
    assert [one["error"] for one in errors[NAMED:]] == ["480 more ranges were not compared.", "gone"]


def test_many_steps_that_failed_are_named_up_to_as_many(users):
    failed = {f"confirm-{number}": "gone" for number in range(50)}
    errors = unfinished(started(), failed)
    assert [one["step"] for one in errors[:-1]] == [f"confirm-{number}" for number in range(NAMED)]
    assert errors[-1] == {"range": None, "error": "30 more steps failed."}


@pytest.mark.parametrize("schema", ["upstream", "replica"])
@pytest.mark.parametrize("strategy", Strategy)
def test_a_key_that_is_no_longer_unique_fails_the_job_with_the_mend(compared, schema, strategy):
    sql.execute(f"ALTER TABLE {schema}.users DROP CONSTRAINT users_pkey")
    job = compared(strategy)
    assert job.status == JobStatus.FAILED
    mend = f'CREATE UNIQUE INDEX CONCURRENTLY ON "{schema}"."users" ("id")'
    assert mend in job.validation_errors[0]["error"]


@pytest.mark.parametrize("schema", ["upstream", "replica"])
def test_a_key_that_is_null_in_a_row_fails_the_job(compared, schema):
    sql.execute(f"ALTER TABLE {schema}.users DROP CONSTRAINT users_pkey, ALTER id DROP NOT NULL, ADD UNIQUE (id)")
    assert compared().status == JobStatus.COMPLETED
    sql.execute(f"INSERT INTO {schema}.users VALUES (NULL, 'nobody', 1)")
    job = compared()
    assert job.status == JobStatus.FAILED
    assert f"{schema}.users has rows whose id is NULL" in job.validation_errors[0]["error"]


def test_a_table_dropped_before_the_second_reading_fails_the_job(users, workers):
    Mapping.objects.update(lag_seconds=3.0)
    sql.execute("DELETE FROM replica.users WHERE id = 3")
    job = started()
    wait_for(lambda: Candidate.objects.filter(job=job).exists(), "candidate")
    sql.execute("DROP TABLE replica.users")
    wait_for(lambda: ended(job), "end")
    assert (job.status, job.mismatch_count) == (JobStatus.FAILED, 0)
    assert job.validation_errors[0]["step"].startswith("confirm-")
    assert not Coverage.objects.exists()


@pytest.mark.usefixtures("tried_once")
def test_a_server_that_is_away_fails_the_job_by_the_name_of_its_connection(users, compared):
    away = Connection.objects.create(name="far away", kind="postgresql", address="postgresql://nobody@127.0.0.1:1/x")
    Mapping.objects.update(source=away)
    job = compared()
    assert job.status == JobStatus.FAILED
    assert "far away" in job.validation_errors[0]["error"]


def test_a_range_that_takes_too_long_is_split_until_it_does_not(compared, monkeypatch):
    monkeypatch.setattr("reconciliation.sources.postgres.side.refuse_repeating_keys", lambda *_: None)  # of a view
    hasty = Connection.objects.create(name="hasty", kind="postgresql", options={"statement_seconds": 1.5})
    Mapping.objects.update(target=hasty, target_table="slow_users")
    sql.execute(
        "CREATE VIEW replica.slow_users AS SELECT id, name || substr(pg_sleep(0.1)::text, 1, 0) AS name, amount,"
        " updated_at FROM replica.users"
    )
    job = compared()
    states = list(job.ranges.values_list("state", flat=True))
    assert (job.status, job.mismatch_count, job.source_rows, job.target_rows) == (JobStatus.COMPLETED, 0, 20, 20)
    assert states[0] == RangeState.SPLIT
    assert states.count(RangeState.SPLIT) + 1 == states.count(RangeState.EQUAL) == Coverage.objects.count()
    assert sum(one.rows for one in Coverage.objects.all()) == 20


def test_a_range_that_takes_too_long_in_whatever_part_fails_the_job_by_the_timeout(compared, monkeypatch):
    def hang(*_):
        raise ReadTimeout("the source hangs")

    monkeypatch.setattr("reconciliation.jobs.compare.HALVINGS", 2)
    monkeypatch.setattr("reconciliation.jobs.compare.examine", hang)
    job = compared()
    assert job.status == JobStatus.FAILED
    assert [one["error"] for one in job.validation_errors] == ["the source hangs"] * 4
    states = list(job.ranges.values_list("state", flat=True))
    assert (states.count(RangeState.SPLIT), states.count(RangeState.FAILED), len(states)) == (3, 4, 7)


def test_a_side_that_gives_no_row_of_range_after_range_is_given_up_early(compared, monkeypatch):
    asked = []

    def hang(*_):
        asked.append(1)
        raise NothingRead(f"here: {NothingRead.words}.")

    monkeypatch.setattr("reconciliation.jobs.compare.examine", hang)
    job = compared()
    assert job.status == JobStatus.FAILED
    (told,) = {one["error"] for one in job.validation_errors}
    assert told.startswith(f"here: {NothingRead.words}. {IN_A_ROW} ranges in a row gave none")
    assert len(asked) < IN_A_ROW * 2  # of thousands of halves: what the other slot had begun before it could know
    assert len(asked) < job.ranges.count()


def test_ranges_that_give_no_row_in_time_are_halved_as_long_as_others_are_compared(compared, monkeypatch):
    examine, hung = compare.examine, []

    def hang_at_odd_ones(job, part, *given):
        if part.number % 2 and part.number < 8:
            hung.append(part.number)
            raise NothingRead(NothingRead.words)
        return examine(job, part, *given)

    monkeypatch.setattr("reconciliation.jobs.hanging.IN_A_ROW", 4)
    monkeypatch.setattr("reconciliation.jobs.plan.rows_of_range", lambda *_, **__: 2)
    monkeypatch.setattr("reconciliation.jobs.compare.examine", hang_at_odd_ones)
    job = compared()
    assert (job.status, job.validation_errors, job.source_rows, job.target_rows) == (JobStatus.COMPLETED, None, 20, 20)
    assert len(hung) == 4


@pytest.mark.parametrize("emptied", ["replica", "upstream"])
def test_a_range_with_more_differences_than_a_reader_holds_is_split(compared, monkeypatch, emptied):
    monkeypatch.setattr("reconciliation.comparing.merging.HELD", 6)
    monkeypatch.setattr("reconciliation.comparing.unequal.DENSE", 1)
    sql.execute(f"DELETE FROM {emptied}.users")
    job = compared()
    assert (job.status, job.validation_errors, job.mismatch_count) == (JobStatus.COMPLETED, None, 20)
    assert job.ranges.filter(state=RangeState.SPLIT).count() >= 3


def test_a_range_that_is_too_large_in_whatever_part_is_looked_up_both_ways(compared, monkeypatch):
    monkeypatch.setattr("reconciliation.comparing.merging.HELD", 6)
    monkeypatch.setattr("reconciliation.jobs.compare.HALVINGS", 0)
    sql.execute("DELETE FROM replica.users WHERE id <= 2")
    sql.execute("UPDATE replica.users SET name = 'other' WHERE id = 7")
    sql.execute(
        "INSERT INTO replica.users SELECT n, 'alone', 1, now() - interval '1 day' FROM generate_series(41, 48) n"
    )
    job = compared()
    assert (job.status, job.validation_errors, job.source_rows, job.target_rows) == (JobStatus.COMPLETED, None, 20, 26)
    assert (job.missing_in_target, job.missing_in_source, job.data_mismatches) == (2, 8, 1)
    assert job.compared_rows == 28


def test_a_killed_worker_costs_a_range_and_nothing_is_found_twice(users):
    tables.drop()
    tables.make(rows=4000)
    Mapping.objects.update(rows_per_second=500)
    sql.execute("DELETE FROM replica.users WHERE id % 500 = 0")
    job = started()
    done = job.ranges.exclude(state=RangeState.PENDING)
    with run_workers("--slots", "2") as process:
        wait_for(lambda: done.count() >= 2, "range")
        for child in process.children(recursive=True):
            child.send_signal(signal.SIGKILL)
        process.kill()
        process.wait()
    assert not ended(job)
    job.definition["rows_per_second"] = 100_000
    job.save()
    with run_workers("--slots", "2"):
        wait_for(lambda: ended(job), "end")
    assert (job.status, job.mismatch_count, job.candidates) == (JobStatus.COMPLETED, 8, 8)
    assert Mismatch.objects.count() == job.sightings.count() == 8
    assert sum(job.ranges.values_list("source_rows", flat=True)) == 4000
    assert max(job.ranges.values_list("attempts", flat=True)) <= 2
