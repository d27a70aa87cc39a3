"""What an explanation is made of."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class ReasonKind(StrEnum):
    """Why a job is not running; the last four are no obstacles."""

    PAUSED = "PAUSED"
    NO_CAPABLE_WORKER = "NO_CAPABLE_WORKER"
    CONCURRENCY_LIMIT = "CONCURRENCY_LIMIT"
    RATE_LIMIT = "RATE_LIMIT"
    PARALLELISM = "PARALLELISM"
    DEPENDENCY = "DEPENDENCY"
    DELAYED = "DELAYED"
    LEASED = "LEASED"  # to a worker that gives no sign of life
    WAITING_TURN = "WAITING_TURN"
    RUNNING = "RUNNING"
    ENDED = "ENDED"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason, the text for people, the details for programs; `jobs` is how many jobs it is true of."""

    kind: ReasonKind
    text: str
    jobs: int = 1
    details: dict[str, Any] = field(default_factory=dict)


def together(reasons: Iterable[Reason]) -> list[Reason]:
    """Equal reasons as one, with the jobs of all."""
    found: dict[tuple[ReasonKind, str], Reason] = {}
    for reason in reasons:
        same = found.get((reason.kind, reason.text))
        found[reason.kind, reason.text] = replace(reason, jobs=reason.jobs + (same.jobs if same else 0))
    return list(found.values())


def moment(time: datetime) -> str:
    """A time in a text."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def named(keys: Iterable[str]) -> str:
    """Names in a text."""
    return ", ".join(f'"{key}"' for key in keys)
