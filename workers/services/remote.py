"""Workers that come in over HTTP: who they are and whether they live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from django.contrib.auth.models import User
from django.db import transaction
from psycopg.types.json import Jsonb

from project.access import audit
from project.api.errors import Conflict, Forbidden
from project.postgres import sql
from project.postgres.locks import LockSpace
from workers.queries.workers import Registration, not_registered, registration

HEARTBEATS_MISSED = 3


class Acting(TypedDict):
    """Who acts for a worker. `any_worker` may do so for those of other users too."""

    actor: User | None
    any_worker: bool


@dataclass(frozen=True, kw_only=True)
class Introduction:
    """What a worker says of itself. `queues` None is all of them, `types` None any."""

    name: str
    hostname: str
    slots: int
    pid: int | None = None
    queues: Sequence[str] | None = None
    types: Sequence[str] | None = None
    capabilities: Sequence[str] = ()
    metadata: Mapping[str, Any] | None = None
    load: int | None = None
    heartbeat_seconds: float = 30.0


def register(about: Introduction, *, actor: User | None, any_worker: bool = False) -> Registration:
    """Makes a worker known. One that has this name is taken over: its claims end and its jobs go back at once.

    Raises `Forbidden` for the name of another user's worker unless `any_worker`, `Conflict` for that of a process of
    our own.
    """
    with transaction.atomic():
        # as the routine does, so that nobody else takes the name between the question whose it is and the answer
        sql.execute("SELECT pg_advisory_xact_lock(%s, -abs(hashtext(%s)))", [LockSpace.WORKER, about.name])
        known = registration(about.name)
        if known is not None:
            _require_own(known, actor, any_worker)
            _dismiss(known)
        sql.routine_value(
            "workers.register_worker",
            about.name,
            about.hostname,
            about.pid,
            about.slots,
            None if about.queues is None else list(about.queues),
            None if about.types is None else list(about.types),
            HEARTBEATS_MISSED * about.heartbeat_seconds,
            False,
            Jsonb({}),
            sorted(set(about.capabilities)),
            Jsonb(dict(about.metadata or {})),
            actor.pk if actor else None,
            about.load,
        )
        made = registration(about.name)
        assert made is not None
        details = {"hostname": about.hostname, "slots": about.slots, "took_over": known is not None}
        audit.record(operation="worker.register", target=about.name, details=details, actor=actor)
    return made


def acting_for(name: str, *, actor: User | None, any_worker: bool = False) -> Registration:
    """The worker for which a caller wants to act. Raises WORKER_NOT_REGISTERED and what `register` raises."""
    known = registration(name)
    if known is None:
        raise not_registered(name)
    _require_own(known, actor, any_worker)
    return known


def deregister(worker: Registration, *, actor: User | None) -> None:
    """Ends a registration; what the worker still holds goes back at once."""
    with transaction.atomic():
        sql.routine("workers.deregister_worker", worker.id, "deregistered")
        _dismiss(worker)
        audit.record(operation="worker.deregister", target=worker.name, actor=actor)


def heartbeat(worker: Registration, load: int) -> datetime:
    """Notes that a worker lives and how many jobs it runs; returns when."""
    found = sql.row("SELECT workers.heartbeat(%s, %s, NULL, NULL) AS known, now() AS at", [worker.id, load])
    assert found is not None
    if not found["known"]:
        raise not_registered(worker.name)
    at: datetime = found["at"]
    return at


def _require_own(worker: Registration, actor: User | None, any_worker: bool) -> None:
    if worker.has_session:
        raise Conflict(f"{worker.name} is a worker process of this installation: it speaks for itself. Use another id.")
    if not any_worker and worker.actor_id != (actor.pk if actor else None):
        raise Forbidden(
            f"Worker {worker.name} was registered by another user. Use a key of that user, one with the role "
            "batch_admin, or another id."
        )


def _dismiss(worker: Registration) -> None:
    """Its claims that wait for jobs end when the transaction does."""
    sql.value("SELECT pg_notify('workers_gone', %s)", [str(worker.id)])
