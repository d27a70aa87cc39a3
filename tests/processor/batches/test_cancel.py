"""Cancelling keeps what was done, and lets what runs end."""

from collections.abc import Iterator

import orjson
import pytest

from batches.processor import queries
from batches.processor.models import InferenceBatch
from batches.processor.services import cancel, timeouts
from batches.processor.submission import JOB_TYPE
from project.access.models import AuditEntry
from project.api.errors import Conflict, NotFound
from project.postgres import sql
from tests.processor import runtimes
from tests.processor.hands import counts, ended, fresh, outputs, submitted
from tests.workers.hands import Hand, nothing_left, wait_for
from workers import handlers

ITEMS = 8_000  # 80 parts


def test_a_batch_that_waits_is_cancelled_at_once(trying) -> None:
    batch = cancel(batch_id=submitted(1, 2, 3).batch_id, reason="not needed")
    assert (batch.status, counts(batch), queries.queue_length()) == ("cancelled", (0, 0, 3), 0)
    assert batch.cancelling_at <= batch.cancelled_at
    assert batch.reason == "not needed"
    assert [result["error"] for result in queries.results(batch)] == ["cancelled before it was run"] * 3
    assert nothing_left()


@pytest.fixture
def one_part_a_claim() -> Iterator[None]:
    """As of workers that have seen how much a part is; a new one's first claim takes all that waits."""
    known = handlers.registered(JOB_TYPE)
    assert known is not None
    assert known.max_batch_size is not None
    handlers.tune(JOB_TYPE, max_batch_size=1, max_wait_ms=known.max_wait_ms)
    yield
    handlers.tune(JOB_TYPE, max_batch_size=known.max_batch_size, max_wait_ms=known.max_wait_ms)


def test_what_runs_ends_and_is_kept(trying, one_part_a_claim, workers) -> None:
    runtimes.gate.clear()
    batch = submitted(*(n / 1000 for n in range(ITEMS)))
    wait_for(lambda: bool(runtimes.runs), "the first run")
    cancelling = cancel(batch_id=batch.batch_id)
    assert cancelling.status == "cancelling"
    assert cancelling.cancelled_at is None
    assert 0 < cancelling.cancelled < ITEMS
    runtimes.gate.set()
    (found,) = ended(batch)
    assert found.status == "cancelled"
    assert found.completed > 0
    assert found.completed + found.cancelled == ITEMS
    results = queries.results(found)
    assert len(results) == ITEMS
    assert sum(result["output"] is not None for result in results) == found.completed
    assert [result["request_id"] for result in results] == [f"req_{n}" for n in range(1, ITEMS + 1)]
    assert all(result["output"] in {None, n / 1000} for n, result in enumerate(results))
    assert queries.queue_length() == 0


def test_cancelling_again_changes_nothing(trying) -> None:
    batch = submitted(1)
    cancel(batch_id=batch.batch_id)
    again = cancel(batch_id=batch.batch_id)
    assert again.status == "cancelled"
    assert AuditEntry.objects.filter(operation="processor.cancel").count() == 1


def test_a_batch_that_has_ended_cannot_be_cancelled(trying, workers) -> None:
    (batch,) = ended(submitted(1))
    with pytest.raises(Conflict, match="is completed and can't be cancelled"):
        cancel(batch_id=batch.batch_id)
    assert outputs(fresh(batch)) == [1]


def test_nobody_cancels_what_is_not_theirs(trying, user_for) -> None:
    from project.access.roles import Role

    batch = submitted(1, owner=user_for(Role.INTEGRATOR))
    with pytest.raises(NotFound):
        cancel(batch_id=batch.batch_id, owner=user_for(Role.BATCH_OPERATOR))
    assert fresh(batch).status == "queued"


def test_what_a_lost_worker_gives_of_a_part_that_was_cancelled_does_not_count(trying) -> None:
    batch = submitted(*range(150))
    hand = Hand()
    sql.execute("UPDATE worker SET has_session = true")  # internal jobs go to no other
    (running,) = hand.claim(1)
    assert (cancel(batch_id=batch.batch_id).status, counts(batch)) == ("cancelling", (0, 0, 50))
    assert recorded(batch, 2, 50) == 0
    assert (fresh(batch).status, counts(batch)) == ("cancelling", (0, 0, 50))
    assert recorded(batch, int(running["key"]), 100) == 100
    assert (fresh(batch).status, counts(batch)) == ("cancelled", (100, 0, 50))
    assert queries.queue_length() == 0


def recorded(batch: InferenceBatch, number: int, items: int) -> int:
    """What a worker tells of a part; how many of its items count."""
    results = orjson.dumps([{"request_id": "r", "output": 1, "confidence": None, "processing_time_ms": 1}] * items)
    params = [None, [batch.pk], [number], [items], [0], [1.0], [results.decode()], [None]]
    found: int = sql.value(timeouts.RECORD, params)
    return found
