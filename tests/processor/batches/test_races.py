"""Work, cancelling and timeouts at once: whoever comes first, each item ends once."""

import threading
from contextlib import suppress

from django.db import connections

from batches.processor import queries, services
from batches.processor.models import InferenceBatch
from batches.processor.services import timeouts
from project.api.errors import Conflict
from project.postgres import sql
from tests.processor.hands import ended, submitted
from tests.workers.hands import nothing_left, wait_for


def cancel_some(batches: list[InferenceBatch]) -> None:
    for batch in batches:
        with suppress(Conflict):  # it had ended
            services.cancel(batch_id=batch.batch_id)
    connections.close_all()


def expire(stop: threading.Event) -> None:
    while not stop.wait(0.01):
        timeouts.expire_due()
    connections.close_all()


def test_whatever_races_every_item_ends_once_and_gives_its_place_back(trying, workers) -> None:
    type(trying).objects.filter(pk=trying.pk).update(file=b"0.0005")
    sizes, timeouts_ms = (1, 5, 250, 40), (60_000, 100, 400, 60_000, 60_000)
    batches = [submitted(*range(sizes[n % 4]), timeout_ms=timeouts_ms[n % 5]) for n in range(40)]
    stop = threading.Event()
    threads = [threading.Thread(target=cancel_some, args=(batches[n::3],)) for n in (0, 1)]
    threads.append(threading.Thread(target=expire, args=(stop,)))
    for thread in threads:
        thread.start()
    found = ended(*batches)
    stop.set()
    for thread in threads:
        thread.join()
    wait_for(workers._board.idle, "the slots to be free")
    for batch in found:
        results = queries.results(batch)
        assert batch.completed + batch.failed + batch.cancelled == batch.total == len(results)
        assert sum(result["output"] is not None for result in results) == batch.completed
        recorded = sql.value("SELECT coalesce(sum(items), 0) FROM inference_part WHERE batch_id = %s", [batch.pk])
        assert recorded == batch.completed + batch.failed
        assert batch.ended_at is not None
    assert queries.queue_length() == 0
    wait_for(nothing_left, "the engine to be done")
