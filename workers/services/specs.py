"""What is submitted: jobs, and what they wait for."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

DEFAULT_QUEUE = "default"


@dataclass(frozen=True)
class Dependency:
    """A job to wait for, and what to do when it fails or is cancelled."""

    key: str
    on_failure: Literal["cancel", "fail", "ignore"] = "cancel"


@dataclass(frozen=True, kw_only=True)
class JobSpec:
    """A job to submit. `key` is its id within the execution, `name` is for people; options left out come from the
    handler of its type.

    `requires` is what its worker must have: labels ("gpu") and comparisons ("memoryGB >= 32").
    """

    key: str
    type: str
    name: str | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    depends_on: tuple[Dependency | str, ...] = ()
    queue: str = DEFAULT_QUEUE
    priority: str = "normal"
    requires: tuple[str, ...] = ()
    max_attempts: int | None = None
    backoff_seconds: float | None = None
    timeout_seconds: float | None = None
    run_at: datetime | None = None
    delay_seconds: float | None = None
