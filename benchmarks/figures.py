"""The figures of one run, from what was measured."""

import os
from statistics import median, quantiles
from typing import Any

from batches.monthend.models import MonthEndBatch
from project.postgres import sql

from .closing import Closed


def closing(closed: Closed) -> dict[str, Any]:
    """What the close took. The steps add up to `seconds`, except for what lies between two jobs.

    `seconds` and `initiate_seconds` count from the request to initiate; `plan_seconds` from its answer to the first
    range; `post_seconds` to the last entry; `prove_seconds` to the end of the validation, the building of the keys
    included as far as nothing was posted beside it; `commit_seconds` to COMMITTED. `checkpointed` says whether the
    server made a checkpoint meanwhile, which adds full page images to the log.
    """
    batch, observer = closed.batch, closed.observer
    assert batch.started_at is not None
    assert batch.posted_at is not None
    assert batch.validated_at is not None
    assert batch.finished_at is not None
    cuts = [closed.called_at, closed.accepted_at, batch.started_at, batch.posted_at, batch.validated_at]
    steps = ["initiate_seconds", "plan_seconds", "post_seconds", "prove_seconds", "commit_seconds"]
    ends = [*cuts[1:], batch.finished_at]
    seconds = (batch.finished_at - closed.called_at).total_seconds()
    assert batch.commit_lock_ms is not None
    return {
        "seconds": round(seconds, 3),
        "transactions_per_second": round(batch.expected_transactions / seconds),
        **{step: _seconds(end - start) for step, start, end in zip(steps, cuts, ends, strict=True)},
        "commit_lock_seconds": round(batch.commit_lock_ms / 1000, 4),
        "wal_bytes_per_entry": round(closed.wal_bytes / batch.expected_entries, 1),
        "bytes_per_entry": round(leaf_bytes(batch) / batch.expected_entries, 1),
        "checkpointed": closed.checkpointed,
        "status_p50_ms": round(median(observer.status_ms), 1),
        "status_p99_ms": _p99(observer.status_ms),
        "journal_p99_ms": _p99(observer.journal_ms),
        "worker_rss_mb": [round(closed.memory_before, 1), round(max(observer.worker_mb), 1)],
    }


def against_limit(seconds: float, limits: list[float], fastest: float | None) -> dict[str, Any]:
    """The close against the limit, before and after it, and its fastest form; null when not asked for."""
    return {
        "limit_seconds": [round(limit, 3) for limit in limits],
        "ratio_to_limit": round(seconds / median(limits), 2) if limits else None,
        "fastest_limit_seconds": None if fastest is None else round(fastest, 3),
        "ratio_to_fastest_limit": round(seconds / fastest, 2) if fastest else None,
    }


def against_peer(rate: float, peer_rate: float | None) -> dict[str, Any]:
    """The close against the peer, by transactions a second; null when not asked for."""
    return {
        "peer_per_second": round(peer_rate) if peer_rate else None,
        "ratio_to_peer": round(rate / peer_rate, 1) if peer_rate else None,
    }


def machine() -> dict[str, Any]:
    """Where it was measured."""
    return {"postgres": sql.value("SHOW server_version"), "cores": len(os.sched_getaffinity(0))}


def leaf_bytes(batch: MonthEndBatch) -> int:
    """Tables and indexes of the batch's leaves."""
    return int(
        sql.value(
            "SELECT sum(pg_total_relation_size(to_regclass('public.' || l.table_name))) FROM month_end_leaf l"
            " WHERE l.batch_id = %s",
            [batch.pk],
        )
    )


def timeline(batch: MonthEndBatch) -> list[str]:
    """The batch's own events with the seconds since it was initiated."""
    return [
        f"{(event.at - batch.initiated_at).total_seconds():8.2f} s  {event.name}: {event.message}"
        for event in batch.events.all()
    ]


def _seconds(duration: Any) -> float:
    return round(float(duration.total_seconds()), 3)


def _p99(times: list[float]) -> float:
    """With fewer than a hundred requests it is the slowest one."""
    found = quantiles(times, n=100, method="inclusive")[-1] if len(times) >= 100 else max(times)
    return round(found, 1)
