"""Thirty thousand jobs in one call: whatever compared each of them with each other would burst the bound, tenfold."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from project.postgres import sql
from tests.workers.hands import Hand, graph, job, own_session
from workers.models import Execution
from workers.services import Dependency, cancel, reruns

JOBS = 30_000
WIDTH = 100


@pytest.fixture(autouse=True)
def bound() -> Iterator[None]:
    sql.execute("SET statement_timeout = '120s'")
    yield
    sql.execute("RESET statement_timeout")


def layers() -> Execution:
    """One job above layers of a hundred, each of which needs two of the layer above."""
    below = (
        job(str(n), depends_on=[Dependency(key) for key in (above(n) if n >= WIDTH else {"root"})]) for n in range(JOBS)
    )
    with uncounted():
        return graph(job("root"), *below)


@contextmanager
def uncounted() -> Iterator[None]:
    """Statistics are taken before what is done commits, as autovacuum may take them, and so count nothing of it."""
    with transaction.atomic(), own_session() as session:
        yield
        session.execute("ANALYZE (SKIP_LOCKED)")


def above(number: int) -> set[str]:
    first = (number // WIDTH - 1) * WIDTH
    return {str(first + number % WIDTH), str(first + (number + 1) % WIDTH)}


def counts(execution: Execution) -> tuple[str, int, int, int]:
    execution.refresh_from_db()
    return execution.status, execution.completed, execution.failed, execution.cancelled


def test_the_first_of_them_fails() -> None:
    execution, hand = layers(), Hand()
    hand.end(*hand.claim(), outcome="fail")
    assert counts(execution) == ("failed", 0, 1, JOBS)
    assert reruns.retry_failed(execution_id=execution.pk).total == JOBS + 1


def test_the_graph_is_cancelled() -> None:
    execution = layers()
    cancel(execution_id=execution.pk, reason="not needed")
    assert counts(execution) == ("cancelled", 0, 0, JOBS + 1)


def test_all_are_tried_again_and_then_cancelled_while_they_run() -> None:
    with uncounted():
        execution = graph(*(job(str(n), backoff_seconds=0) for n in range(JOBS)))
    hand = Hand()
    with uncounted():
        hand.end(*hand.claim(JOBS), outcome="retry")
    claimed = hand.claim(JOBS)
    assert (len(claimed), {job["attempt"] for job in claimed}) == (JOBS, {2})
    hand.complete(*claimed[::2])
    cancel(execution_id=execution.pk, reason="not needed")
    hand.sweep()
    assert counts(execution) == ("cancelled", JOBS // 2, 0, JOBS // 2)
