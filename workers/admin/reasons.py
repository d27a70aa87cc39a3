"""Why jobs are not running, as a page shows it: a sentence, how many jobs it is true of, and where to look."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from project.console.navigation import changelist
from project.console.states import BAD, BUSY, IDLE, MARKS, WARN
from workers.models import Queue
from workers.queries.explain import Reason, ReasonKind

TONES = {
    ReasonKind.NO_CAPABLE_WORKER: BAD,
    ReasonKind.PAUSED: WARN,
    ReasonKind.LEASED: WARN,
    ReasonKind.RUNNING: BUSY,
}
OF_QUEUES = frozenset({ReasonKind.PAUSED, ReasonKind.CONCURRENCY_LIMIT, ReasonKind.RATE_LIMIT, ReasonKind.WAITING_TURN})
OF_WORKERS = frozenset({ReasonKind.RUNNING, ReasonKind.LEASED, ReasonKind.NO_CAPABLE_WORKER})


@dataclass(frozen=True)
class Line:
    """One reason; `jobs` is None where the page is about a single job."""

    tone: str
    text: str
    jobs: int | None
    address: str = ""
    link: str = ""

    @property
    def mark(self) -> str:
        return MARKS[self.tone]


def lines(reasons: Iterable[Reason], *, counted: bool) -> list[Line]:
    """The reasons that keep jobs, and those that run; that others have ended is said elsewhere."""
    shown = [reason for reason in reasons if reason.kind is not ReasonKind.ENDED]
    names = {queue for reason in shown if isinstance(queue := reason.details.get("queue"), str)}
    queues = dict(Queue.objects.filter(name__in=names).values_list("name", "pk"))
    return [_line(reason, queues, counted=counted) for reason in shown]


def _line(reason: Reason, queues: dict[str, int], *, counted: bool) -> Line:
    address, link = _place(reason, queues)
    return Line(TONES.get(reason.kind, IDLE), reason.text, reason.jobs if counted else None, address, link)


def _place(reason: Reason, queues: dict[str, int]) -> tuple[str, str]:
    """Where a person sees more of it, or mends it."""
    if reason.kind in OF_QUEUES:
        known = queues.get(reason.details.get("queue") or "")
        return (reverse("admin:queue", args=[known]), "queue") if known else (changelist("workers.queue"), "queues")
    if reason.kind in OF_WORKERS:
        name = reason.details.get("worker")
        query = f"?{urlencode({'q': name})}" if name else ""
        return f"{changelist('workers.worker')}{query}", "worker" if name else "workers"
    return "", ""
