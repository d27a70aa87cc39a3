"""What tests of batches do again and again."""

from typing import Any

from batches.processor import queries, services
from batches.processor.models import InferenceBatch
from batches.processor.states import FINAL
from tests.workers.hands import wait_for


def submitted(*inputs: Any, **options: Any) -> InferenceBatch:
    """A batch with an item for each input."""
    given = {"priority": "normal", "timeout_ms": 60_000, **options}
    return services.submit(items=[{"input": value} for value in inputs], **given)


def fresh(batch: InferenceBatch) -> InferenceBatch:
    return queries.batch(batch.batch_id)


def ended(*batches: InferenceBatch) -> list[InferenceBatch]:
    """The batches, once all of them have ended."""
    wait_for(lambda: all(fresh(batch).status in FINAL for batch in batches), "the batches to end", 120)
    return [fresh(batch) for batch in batches]


def outputs(batch: InferenceBatch) -> list[Any]:
    return [result["output"] for result in queries.results(batch)]


def counts(batch: InferenceBatch) -> tuple[int, int, int]:
    """Completed, failed, cancelled."""
    found = fresh(batch)
    return found.completed, found.failed, found.cancelled
