"""What remote workers claim and report. Each call is fenced by its claims: what comes too late changes nothing."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from psycopg.types.json import Jsonb

from project.api.errors import ErrorCode
from project.postgres import sql
from project.postgres.errors import StaleClaim
from workers import claims
from workers.claims import Result
from workers.handlers import Claim
from workers.queries.workers import Registration, held_claims

SWEEP_SECONDS = 1.0
LOST = (
    "These claims hold the jobs no longer: they ran out of time, were cancelled, or the worker registered again. "
    "Drop the work; whoever has the jobs now does it. Extend claims in time to keep them."
)

_next_sweep = 0.0


def claim(worker: Registration, slots: int) -> list[Claim]:
    """Up to so many jobs, the most urgent ones."""
    global _next_sweep  # noqa: PLW0603  one clock for this process
    now = time.monotonic()
    sweep = now >= _next_sweep  # where no worker process runs, nobody else takes back what the lost ones hold
    if sweep:
        _next_sweep = now + SWEEP_SECONDS
    return claims.poll(sql.rows, worker.id, slots, sweep=sweep).claims


def give_back(worker: Registration, found: Sequence[Claim]) -> None:
    """Takes claims back that their worker will not hear of; what it holds no longer anyway stays as it is."""
    with suppress(StaleClaim):
        report(worker, [Result(job_id=one.job_id, fence=one.fence, outcome="release") for one in found])


def report(worker: Registration, results: Sequence[Result]) -> list[tuple[int, int]]:
    """Applies how attempts ended; returns job and claim of those that came too late.

    Raises `StaleClaim` (409) when all of them did.
    """
    refused = claims.poll(sql.rows, worker.id, 0, results).refused
    if results and len(refused) == len(results):
        raise too_late(refused)
    return list(refused)


def release_others(worker: Registration, keep: Sequence[int]) -> int:
    """Gives back what a worker holds by other claims than these, whose answers it never got; returns how many jobs."""
    unknown = [held for held in held_claims(worker.id) if held.claim not in keep]
    results = [Result(job_id=job, fence=held.claim, outcome="release") for held in unknown for job in held.jobs]
    return len(results) - len(claims.poll(sql.rows, worker.id, 0, results).refused)


def extend(worker: Registration, fences: Sequence[int]) -> dict[int, list[int]]:
    """Prolongs claims by the lease time; returns the jobs that each still holds. Raises `StaleClaim` when none does."""
    rows = sql.routine("workers.extend_leases", worker.id, list(fences))
    held: dict[int, list[int]] = {row["fence"]: row["jobs"] for row in rows}
    if not held:
        raise StaleClaim(LOST, code=ErrorCode.STALE_CLAIM, details={"lost": list(fences)})
    return held


def checkpoint(worker: Registration, data: Mapping[tuple[int, int], Any]) -> list[tuple[int, int]]:
    """Keeps data by job and claim for the next attempts; returns those that came too late.

    Raises `StaleClaim` (409) when all of them did.
    """
    jobs, fences = [job for job, _ in data], [fence for _, fence in data]
    rows = sql.routine("workers.save_checkpoints", worker.id, jobs, fences, Jsonb(list(data.values())))
    saved = {row["job_id"] for row in rows}
    refused = [(job, fence) for job, fence in data if job not in saved]
    if len(refused) == len(data):
        raise too_late(refused)
    return refused


def too_late(refused: Sequence[tuple[int, int]]) -> StaleClaim:
    """Nothing of a request counted."""
    named = [{"jobId": job, "claim": fence} for job, fence in refused]
    return StaleClaim(LOST, code=ErrorCode.STALE_CLAIM, details={"refused": named})
