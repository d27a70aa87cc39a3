"""An attempt at a job as its handler sees it: the claim, and the exceptions that say how it ended."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from psycopg.types.json import Jsonb

from project.api.nesting import TOO_DEEP, is_too_deep
from project.postgres import sql

PARENTS = """
SELECT p.key, f.output FROM job_dependency d JOIN finished_job f ON f.id = d.parent_id JOIN job p ON p.id = d.parent_id
WHERE d.child_id = %s AND f.state = 'completed' ORDER BY p.key
"""


class Permanent(Exception):
    """The job can't succeed, however often it is tried."""


class Stopped(Exception):
    """The handler ends early because it was asked to; the job goes back and the attempt is not counted."""


class PutOff(Exception):
    """The job can't be done before `until`, for `reason`; it goes back until then and the attempt is not counted."""

    def __init__(self, until: datetime, reason: str) -> None:
        super().__init__(reason)
        self.until = until


class Control(Protocol):
    """What a claim asks of the runtime that runs it."""

    def should_stop(self, claim: "Claim") -> bool:
        """Whether the worker stops, or the claim is lost or late."""


@dataclass(kw_only=True, slots=True)
class Claim:
    """One attempt at one job. `fence` is the lease's id: pass it with `job_id` to workers.hold_lease in every chunk."""

    job_id: int
    execution_id: int
    key: str
    type: str
    payload: dict[str, Any]
    attempt: int
    fence: int
    worker_id: int
    name: str | None = None
    queue: str = "default"
    last_error: str | None = None
    checkpoint: Any = None
    timeout_seconds: float | None = None
    control: Control | None = field(default=None, repr=False, compare=False)

    def save_checkpoint(self, data: Any) -> None:
        """Keeps `data` (JSON, at most 100 levels deep) for the next attempt.

        Raises `StaleClaim` when the job was taken away, and `Permanent` for data that is nested deeper.
        """
        if is_too_deep(data):
            raise Permanent(f"The checkpoint {TOO_DEEP}.")
        sql.routine("workers.save_checkpoint", self.fence, self.job_id, Jsonb(data))
        self.checkpoint = data

    def should_stop(self) -> bool:
        """True once the worker stops, the execution was cancelled, or the claim is lost or past its timeout."""
        return self.control is not None and self.control.should_stop(self)

    def parents(self) -> dict[str, Any]:
        """The outputs of the jobs that this one depends on and that completed, by their keys."""
        return {record["key"]: record["output"] for record in sql.rows(PARENTS, [self.job_id])}

    def stop_if_asked(self) -> None:
        """Raises `Stopped` when the handler should stop; for use between chunks."""
        if self.should_stop():
            raise Stopped
