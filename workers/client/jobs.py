"""What the code of a job sees."""

import math
import time
from dataclasses import dataclass, field
from typing import Any

from workers.client.calls import Calls, Refusal


class Permanent(Exception):
    """The job can't succeed, however often it is tried."""


class Stopped(Exception):
    """The handler ends early because it was asked to; the job goes back and the attempt is not counted."""


class Lost(Exception):
    """The claim was taken away: whatever is done under it counts for nothing."""


@dataclass(eq=False, kw_only=True)
class Job:
    """One attempt at one job."""

    job_id: int
    claim: int
    execution_id: str
    id: str
    name: str | None
    type: str
    queue: str
    config: dict[str, Any]
    parents: dict[str, Any]
    attempt: int
    timeout_seconds: float | None
    last_error: str | None
    checkpoint: Any
    calls: Calls = field(repr=False)
    lost: bool = False
    stopping: bool = False
    started: float = field(default_factory=time.monotonic)
    until: float = math.inf

    @classmethod
    def of(cls, given: dict[str, Any], calls: Calls) -> "Job":
        return cls(
            job_id=given["jobId"],
            claim=given["claim"],
            execution_id=given["executionId"],
            id=given["id"],
            name=given["name"],
            type=given["type"],
            queue=given["queue"],
            config=given["config"],
            parents=given["parents"],
            attempt=given["attempt"],
            timeout_seconds=given["timeoutSeconds"],
            last_error=given["lastError"],
            checkpoint=given["checkpoint"],
            calls=calls,
        )

    @property
    def late(self) -> bool:
        return self.timeout_seconds is not None and time.monotonic() - self.started > self.timeout_seconds

    @property
    def expired(self) -> bool:
        """Whether the claim was not extended in time."""
        return time.monotonic() > self.until

    def keep(self, seconds: float) -> None:
        """The claim goes on for so long."""
        self.until = time.monotonic() + seconds

    def save_checkpoint(self, data: Any) -> None:
        """Keeps `data` (JSON) for the next attempt. Raises `Lost` when the job was taken away: let it pass."""
        try:
            self.calls.checkpoint(self.job_id, self.claim, data)
        except Refusal as refusal:
            if refusal.code != "STALE_CLAIM":
                raise
            self.lost = True
            raise Lost(str(refusal)) from refusal
        self.checkpoint = data

    def should_stop(self) -> bool:
        """True once the worker stops, or the claim is lost, cancelled or past its timeout."""
        return self.lost or self.stopping or self.late or self.expired

    def stop_if_asked(self) -> None:
        """Raises `Stopped` when the handler should stop; for use between chunks."""
        if self.should_stop():
            raise Stopped

    def named(self) -> dict[str, Any]:
        return {"jobId": self.job_id, "claim": self.claim}
