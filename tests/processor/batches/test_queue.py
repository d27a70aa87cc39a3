"""The size of the queue, held exactly."""

import threading

import pytest
from django.db import connections, transaction

from batches.processor import queries, services
from batches.processor.models import InferenceBatch, QueuePlace
from project.api.errors import Conflict, ErrorCode, InvalidRequest, TooManyRequests
from project.postgres import sql
from tests.processor.hands import ended, submitted
from tests.workers.hands import wait_for
from workers.models import Execution

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%give_places%'"


def submit(count: int, **options):
    return submitted(*[1] * count, **options)


def test_the_queue_takes_as_many_items_as_it_may_and_not_one_more(trying, settings) -> None:
    settings.MAX_QUEUE_SIZE = 25
    submit(10)
    submit(14)
    with pytest.raises(TooManyRequests) as refused:
        submit(2)
    assert refused.value.code == ErrorCode.QUEUE_FULL
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
    assert (Execution.objects.count(), InferenceBatch.objects.count()) == (2, 2)
    submit(1)
    assert queries.queue_length() == 25


def test_many_at_once_fill_the_queue_exactly(trying, settings) -> None:
    settings.MAX_QUEUE_SIZE = 100
    taken: list[int] = []

    def fill(size: int) -> None:
        for _ in range(8):
            try:
                submit(size)
                taken.append(size)
            except TooManyRequests:
                pass
        connections.close_all()

    threads = [threading.Thread(target=fill, args=(size,)) for size in (1, 2, 3, 5, 7, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == queries.queue_length() <= 100
    assert sum(InferenceBatch.objects.values_list("total", flat=True)) == sum(taken)
    while queries.queue_length() < 100:
        submit(1)
    with pytest.raises(TooManyRequests):
        submit(1)


def test_what_has_ended_gives_its_places_back(trying, settings, workers) -> None:
    settings.MAX_QUEUE_SIZE = 500
    for _ in range(3):
        ended(submit(500))
    assert queries.queue_length() == 0
    assert QueuePlace.objects.count() == 8


def test_a_submission_larger_than_the_whole_queue_is_told_so(trying, settings) -> None:
    settings.MAX_QUEUE_SIZE = 5
    with pytest.raises(InvalidRequest, match="has 6 items, and the queue takes 5"):
        submit(6)


def test_a_batch_id_is_taken_once(trying) -> None:
    submit(1, batch_id="mine")
    with pytest.raises(Conflict) as refused:
        submit(2, batch_id="mine")
    assert refused.value.code == ErrorCode.BATCH_EXISTS
    assert queries.queue_length() == 1


def test_items_larger_than_a_job_are_refused_and_others_are_cut_by_size(trying, settings) -> None:
    settings.JOB_MAX_PAYLOAD_BYTES = 8192
    with pytest.raises(InvalidRequest, match="item 2 has"):
        submitted(1, "x" * 9000)
    batch = submitted(*["x" * 1500] * 10)
    assert sum(batch.part_sizes) == 10
    assert max(batch.part_sizes) == 2


@pytest.mark.parametrize("priority", ["critical", "high", "normal", "low"])
def test_each_priority_is_a_class_of_the_engine(trying, priority) -> None:
    from project.postgres import sql

    batch = submit(1, priority=priority)
    found = sql.value(
        "SELECT l.priority FROM job j JOIN lane l ON l.id = j.lane_id WHERE j.execution_id = %s", [batch.pk]
    )
    assert found == {"critical": "urgent"}.get(priority, priority)


def test_metadata_that_cannot_be_kept_is_refused(trying) -> None:
    with pytest.raises(InvalidRequest, match="metadata"):
        services.submit(items=[{"input": 1}], priority="normal", timeout_ms=5000, metadata={"a": "\0"})


def waiting() -> int:
    """How many wait in give_places by now, also for a transaction that has asked before."""
    sql.execute("SELECT pg_stat_clear_snapshot()")
    return sql.value(WAITING)


def test_places_are_given_back_exactly_while_others_hold_all_of_them(trying) -> None:
    submit(100)

    def give() -> None:
        sql.execute("SELECT processor.give_places(1)")
        connections.close_all()

    threads = [threading.Thread(target=give) for _ in range(12)]
    with transaction.atomic():
        list(QueuePlace.objects.select_for_update())
        for thread in threads:
            thread.start()
        wait_for(lambda: waiting() == len(threads), "all to wait for a place")
    for thread in threads:
        thread.join()
    assert queries.queue_length() == 100 - len(threads)
