"""Timeouts fire by the clock."""

import pytest

from batches.processor import queries, services
from batches.processor.models import InferenceBatch
from batches.processor.queries.shown import summary
from batches.processor.services import timeouts
from project.api.errors import Conflict, TooManyRequests
from project.postgres import sql
from tests.processor import runtimes
from tests.processor.hands import counts, ended, fresh, outputs, submitted
from tests.workers.hands import nothing_left, wait_for
from workers.models import FinishedJob
from workers.runtime import drain
from workers.runtime.scheduler import Scheduler


def over(batch: InferenceBatch, *, by: str = "1 ms") -> None:
    """Its time is over now, by so much."""
    InferenceBatch.objects.filter(pk=batch.pk).update(expires_at=sql.value("SELECT now() - %s::interval", [by]))


def test_a_batch_that_nobody_runs_expires_by_the_clock(trying) -> None:
    scheduler = Scheduler()
    scheduler.start()
    (batch,) = ended(submitted(1, 2, timeout_ms=100))
    scheduler.stop()
    assert (batch.status, counts(batch)) == ("expired", (0, 0, 2))
    assert batch.expired_at >= batch.expires_at
    assert [result["error"] for result in queries.results(batch)] == ["timed out before it was run"] * 2
    assert queries.queue_length() == 0
    assert nothing_left()


def test_what_was_done_in_time_stays(trying, workers) -> None:
    runtimes.gate.clear()
    batch = submitted(*(n / 1000 for n in range(1000)))
    wait_for(lambda: bool(runtimes.runs), "the first run")
    sql.execute(
        "SELECT processor.record_parts(NULL, ARRAY[%s]::bigint[], '{3}', '{100}', '{0}', '{1}', %s, '{NULL}')",
        [batch.pk, ['[{"request_id": "kept", "output": 1, "confidence": null, "processing_time_ms": 1}]']],
    )
    over(batch)
    assert timeouts.expire_due() == 1
    runtimes.gate.set()
    found = fresh(batch)
    assert (found.status, counts(found)) == ("expired", (100, 0, 900))
    wait_for(workers._board.idle, "the slots to be free")
    assert (fresh(batch).status, counts(batch)) == ("expired", (100, 0, 900))
    assert "kept" in {result["request_id"] for result in queries.results(found)}


def test_results_that_come_after_the_time_do_not_count_even_before_the_clock_was_looked_at(trying, workers) -> None:
    runtimes.gate.clear()
    batch = submitted(1)
    wait_for(lambda: bool(runtimes.runs), "the run")
    over(batch)
    runtimes.gate.set()
    wait_for(workers._board.idle, "the slots to be free")
    assert counts(batch) == (0, 0, 0)
    assert timeouts.expire_due() == 1
    assert (fresh(batch).status, counts(batch)) == ("expired", (0, 0, 1))


def test_what_has_expired_is_not_run(trying) -> None:
    batch = submitted(1)
    over(batch)
    drain()
    assert runtimes.runs == []


def test_nothing_expires_before_its_time(trying) -> None:
    batch = submitted(1)
    assert timeouts.expire_due() == 0
    assert fresh(batch).status == "queued"


@pytest.mark.usefixtures("trying")
def test_items_whose_jobs_failed_for_good_have_an_error_each() -> None:
    batch = submitted(*range(150))
    jobs = sql.rows("SELECT id FROM job WHERE execution_id = %s ORDER BY id", [batch.pk])
    sql.execute("DELETE FROM ready")
    sql.execute(
        "INSERT INTO finished_job (id, attempt, state, error)"
        " SELECT u, 5, 'failed', 'worker lost' FROM unnest(%s::bigint[]) u",
        [[job["id"] for job in jobs]],
    )
    sql.execute(
        "UPDATE execution SET failed = total, status = 'failed', completed_at = now() WHERE id = %s", [batch.pk]
    )
    assert timeouts.fail_lost() == 2
    assert timeouts.fail_lost() == 0
    found = fresh(batch)
    assert (found.status, counts(found)) == ("failed", (0, 150, 0))
    assert FinishedJob.objects.count() == 2
    results = queries.results(found)
    assert [result["request_id"] for result in results] == [f"req_{n}" for n in range(1, 151)]
    assert {result["error"] for result in results} == {"no worker could run it: worker lost"}
    assert outputs(found) == [None] * 150
    assert queries.queue_length() == 0


def test_an_expired_batch_says_that_it_timed_out_whatever_its_items_said(trying) -> None:
    batch = submitted(1, 2, timeout_ms=5000)
    InferenceBatch.objects.filter(pk=batch.pk).update(error="unlucky")
    over(batch)
    timeouts.expire_due()
    assert summary(fresh(batch))["error"] == "timed out after 5000 ms"


def test_a_batch_that_no_worker_ends_is_expired_by_the_clock(trying) -> None:
    batch = submitted(1, 2, timeout_ms=5000)
    over(batch, by="2 s")
    found = fresh(batch)
    assert (found.status, counts(batch), found.ended_at) == ("expired", (0, 0, 2), found.expires_at)
    assert [result["error"] for result in queries.results(found)] == ["timed out before it was run"] * 2
    assert summary(found)["error"] == "timed out after 5000 ms"
    with pytest.raises(Conflict, match="is expired and can't be cancelled"):
        services.cancel(batch_id=batch.batch_id)
    timeouts.expire_due()
    assert (fresh(batch).status, counts(batch)) == ("expired", (0, 0, 2))


def test_what_is_over_makes_room_for_a_submission_without_a_worker(trying, settings) -> None:
    settings.MAX_QUEUE_SIZE = 4
    old = submitted(1, 2, 3, 4)
    with pytest.raises(TooManyRequests):
        submitted(5)
    over(old)
    assert submitted(5).status == "queued"
    assert (fresh(old).status, queries.queue_length()) == ("expired", 1)
