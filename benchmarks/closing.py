"""Closing and aborting the month through the API, and what the database's own timestamps say of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from batches.monthend.following import ended
from batches.monthend.models import MonthEndBatch
from batches.monthend.states import BatchType, Status
from project.postgres import sql
from workers.queries import slots_alive

from .api import Api
from .month import EARLIER_MONTH, MONTH
from .observer import Observer

WORKER_COUNT = 100
EARLIER_WORKER_COUNT = 4
LOADED = 0.9  # the share of the transactions that is posted when the abort comes
LOOK_SECONDS = 0.02
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Closed:
    """A committed batch with what was noticed around it."""

    batch: MonthEndBatch
    called_at: datetime
    accepted_at: datetime
    wal_bytes: int
    checkpointed: bool
    memory_before: float
    observer: Observer


def wait_for_workers(slots: int) -> None:
    """Until the worker process takes jobs. Raises TimeoutError after a minute."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while slots_alive() < slots:
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"No worker came up within {PATIENCE_SECONDS:.0f} s; what run_workers said stands above."
            )
        time.sleep(LOOK_SECONDS)


def close_earlier(api: Api, watching: Api) -> None:
    """Close the small month of claims: afterwards there is a journal to read, and every process is warm."""
    name = api.initiate(EARLIER_MONTH, batch_type=BatchType.CLAIMS, worker_count=EARLIER_WORKER_COUNT)
    with Observer(watching, name):
        _committed(name)


def abort_loaded(api: Api) -> float | None:
    """Seconds from the abort's request to ABORTED, of a batch with most of its entries loaded.

    The batch is a dry run, which posts like any other, so that a small month that is posted before the abort arrives
    stays open for the close. Then there is nothing to measure: None.
    """
    name = api.initiate(MONTH, batch_type=BatchType.PREMIUM, worker_count=WORKER_COUNT, dry_run=True)
    batch = _wait(name, lambda found: ended(found) or _posted(found) >= LOADED)
    if ended(batch):
        return None
    called_at = _now()
    api.abort(name)
    aborted = _wait(name, ended)
    assert aborted.finished_at is not None
    return (aborted.finished_at - called_at).total_seconds() if aborted.status == Status.ABORTED else None


def close(api: Api, watching: Api, memory_before: float) -> Closed:
    """Close the month while `watching` observes it. Raises RuntimeError when it does not commit."""
    wal, checkpoint = _written()
    called_at = _now()
    name = api.initiate(MONTH, batch_type=BatchType.PREMIUM, worker_count=WORKER_COUNT)
    accepted_at = _now()
    with Observer(watching, name) as observer:
        batch = _committed(name)
    wal_after, checkpoint_after = _written()
    return Closed(
        batch=batch,
        called_at=called_at,
        accepted_at=accepted_at,
        wal_bytes=wal_after - wal,
        checkpointed=checkpoint_after != checkpoint,
        memory_before=memory_before,
        observer=observer,
    )


def _committed(name: str) -> MonthEndBatch:
    batch = _wait(name, ended)
    if batch.status != Status.COMMITTED:
        raise RuntimeError(f"{name} is {batch.status} instead of COMMITTED: {batch.reason}")
    return batch


def _wait(name: str, condition: Callable[[MonthEndBatch], bool]) -> MonthEndBatch:
    while True:
        batch = MonthEndBatch.objects.get(batch_id=name)
        if condition(batch):
            return batch
        time.sleep(LOOK_SECONDS)


def _posted(batch: MonthEndBatch) -> float:
    """The share of the batch's transactions that are in its leaves."""
    posted = sql.value("SELECT sum(r.posted_transactions) FROM month_end_range r WHERE r.batch_id = %s", [batch.pk])
    return float(posted or 0) / max(batch.expected_transactions, 1)


def _now() -> datetime:
    found: datetime = sql.value("SELECT clock_timestamp()")
    return found


def _written() -> tuple[int, str]:
    """Bytes of WAL since the server was made, and where its last checkpoint lies in them."""
    found: dict[str, Any] | None = sql.row(
        "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint AS wal, c.checkpoint_lsn::text AS checkpoint"
        " FROM pg_control_checkpoint() c"
    )
    assert found is not None
    return found["wal"], found["checkpoint"]
