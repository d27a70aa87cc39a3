"""The Python side of workers.poll: what a worker reports, and the claims that it gets for it."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from psycopg.types.json import Jsonb

from workers.handlers import Claim

Outcome = Literal["completed", "retry", "fail", "release"]
Run = Callable[[str, Sequence[Any]], Sequence[dict[str, Any]]]

POLL = (
    "SELECT * FROM workers.poll(%s::int, %s::int, %s::text::bigint[], %s::text::bigint[], %s::text::jsonb, "
    "%s::jsonb, %s)"
)


@dataclass(slots=True)  # not frozen: that would double what it costs to make one
class Result:
    """How one attempt ended. `output` is JSON text, for completed ones; `error` is for the others.

    `until`: of a released job that is not to run before that moment, for the reason in `error`.
    """

    job_id: int
    fence: int
    outcome: Outcome
    output: str = "null"
    error: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a poll gave: claims to run, the results that came too late as (job, fence), and when to ask again.

    `busy`: others hold rows with due jobs, ask in a moment. `more`: jobs were let in after the claim, ask at once.
    """

    claims: list[Claim] = field(default_factory=list)
    refused: list[tuple[int, int]] = field(default_factory=list)
    busy: bool = False
    more: bool = False


def poll(run: Run, worker_id: int | None, slots: int, results: Sequence[Result] = (), *, sweep: bool = False) -> Answer:
    """One round trip: reports the results, claims jobs for `slots` free slots. `run` executes a statement.

    Raises what the database raises; TU002 when a worker that isn't registered claims.
    """
    # a claim keeps its jobs in order of id: reported so, the whole of it goes in one statement
    done = sorted((one for one in results if one.outcome == "completed"), key=lambda one: (one.fence, one.job_id))
    failures = [_failure(one) for one in results if one.outcome != "completed"]
    outputs = None if all(one.output == "null" for one in done) else f"[{','.join(one.output for one in done)}]"
    jobs = _array(one.job_id for one in done)
    fences = _array(one.fence for one in done)
    rows = run(POLL, (worker_id, slots, jobs, fences, outputs, Jsonb(failures) if failures else None, sweep))
    return _answer(rows, worker_id)


def _failure(one: Result) -> dict[str, Any]:
    """As workers.poll takes it."""
    error = one.error or "failed without a reason"
    document = {"job": one.job_id, "fence": one.fence, "outcome": one.outcome, "error": error}
    return document if one.until is None else {**document, "until": one.until.isoformat()}


def _array(numbers: Iterable[int]) -> str | None:
    """As PostgreSQL reads it; the driver's way, number by number, takes longer than all else that a client does."""
    text = ",".join(map(str, numbers))
    return f"{{{text}}}" if text else None


def _answer(rows: Sequence[dict[str, Any]], worker_id: int | None) -> Answer:
    claims: list[Claim] = []
    refused: list[tuple[int, int]] = []
    for row in rows:
        if row["answer"] == "claimed":
            claims.extend(_claims(row, worker_id or 0))
        elif row["answer"] == "refused":
            refused.extend((job, row["fence"]) for job in row["jobs"])
    answers = {row["answer"] for row in rows}
    return Answer(claims=claims, refused=refused, busy="busy" in answers, more="more" in answers)


def _claims(row: dict[str, Any], worker_id: int) -> Iterator[Claim]:
    """The jobs of one claim: its row has an array for each of their members."""
    fence, attempt, type_, queue = row["fence"], row["attempt"], row["type"], row["queue"]
    nothing: list[Any] = [None] * len(row["jobs"])
    members = zip(
        row["jobs"],
        row["executions"],
        row["keys"],
        row["names"] or nothing,
        row["timeouts"] or nothing,
        json.loads(row["payloads"]),
        json.loads(row["errors"]) if row["errors"] else nothing,
        json.loads(row["checkpoints"]) if row["checkpoints"] else nothing,
        strict=True,
    )
    for job_id, execution_id, key, name, timeout, payload, error, checkpoint in members:
        yield Claim(
            job_id=job_id,
            execution_id=execution_id,
            key=key,
            name=name,
            type=type_,
            queue=queue,
            payload=payload,
            attempt=attempt,
            fence=fence,
            worker_id=worker_id,
            last_error=error,
            checkpoint=checkpoint,
            timeout_seconds=timeout,
        )
