"""Workers that are killed or stopped while they run items."""

import signal

import psutil

from batches.processor import queries
from project.postgres import sql
from tests.processor.hands import ended, submitted
from tests.workers.hands import wait_for
from tests.workers.processes import run_workers, stop


def busy() -> set[int]:
    """Process ids of the workers that have items."""
    rows = sql.rows("SELECT DISTINCT w.pid FROM lease l JOIN worker w ON w.id = l.worker_id")
    return {row["pid"] for row in rows}


def kill_one(killed: set[int]) -> None:
    wait_for(lambda: bool(busy() - killed), "a worker in mid-batch", 60)
    victim = min(busy() - killed)
    psutil.Process(victim).send_signal(signal.SIGKILL)
    killed.add(victim)


def test_each_item_has_one_result_however_often_a_worker_is_killed_in_mid_batch(trying, monkeypatch) -> None:
    monkeypatch.setenv("MODEL_RUNTIMES", "trying=tests.processor.slow.Slow")
    killed: set[int] = set()
    starts = range(0, 600, 60)
    with run_workers("--processes", "2", "--slots", "2"):
        batches = [submitted(*range(start, start + 60)) for start in starts]
        for _ in range(3):
            kill_one(killed)
        found = ended(*batches)
    for batch, start in zip(found, starts, strict=True):
        assert (batch.status, batch.completed, batch.failed) == ("completed", 60, 0)
        assert [result["output"] for result in queries.results(batch)] == list(range(start, start + 60))
    assert sql.value("SELECT count(*) FROM inference_part") == sum(len(batch.part_sizes) for batch in found)
    assert queries.queue_length() == 0


def test_what_a_worker_leaves_that_is_stopped_in_mid_batch_another_one_runs(trying, monkeypatch) -> None:
    monkeypatch.setenv("MODEL_RUNTIMES", "trying=tests.processor.slow.Slow")
    starts = range(0, 900, 90)
    batches = [submitted(*range(start, start + 90)) for start in starts]
    with run_workers("--processes", "1", "--slots", "1") as process:
        wait_for(lambda: bool(sql.value("SELECT count(*) FROM inference_part")), "the first results", 60)
        assert stop(process)[0] == 0
    assert 0 < sql.value("SELECT sum(items) FROM inference_part") < 900
    assert sql.value("SELECT count(*) FROM finished_job") <= sql.value("SELECT count(*) FROM inference_part")
    with run_workers("--processes", "1", "--slots", "1"):
        found = ended(*batches)
    for batch, start in zip(found, starts, strict=True):
        assert (batch.status, batch.completed, batch.failed) == ("completed", 90, 0)
        assert [result["output"] for result in queries.results(batch)] == list(range(start, start + 90))
    assert queries.queue_length() == 0
