"""How a batch begins: in a place of its caller, once under an idempotency key."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from batches.transform.models import TransformBatch
from batches.transform.states import Status
from batches.transform.submission import AT_ONCE, Submission
from project.access import audit
from project.api.errors import TooManyRequests
from project.postgres import sql


@dataclass(frozen=True)
class Opened:
    """A batch, and whether it begins now; if not it is the one that the same request made before. `results` are a JSON
    array, of a batch that was done at once."""

    batch: TransformBatch
    made: bool
    results: bytes | None = None


class NoPlaces(Exception):
    """The caller is new: there is no row for any of their places."""


def open_in_place(given: Submission, status: Status, work: Callable[[TransformBatch], bytes | None]) -> Opened:
    """Begins a batch and does `work` on it, which gives its results if it has them: one transaction.

    Raises `TooManyRequests` when the caller has as many as may go on at once, and `Conflict` when another request had
    the idempotency key.
    """
    try:
        return _open(given, status, work)
    except NoPlaces:
        sql.routine("transform.ensure_slots", given.owner, AT_ONCE)
        return _open(given, status, work)


def _open(given: Submission, status: Status, work: Callable[[TransformBatch], bytes | None]) -> Opened:
    name = f"batch_{secrets.token_hex(10)}"
    with transaction.atomic():
        found = sql.row(_OPEN, _values(name, given, status))
        assert found is not None
        if not found["o_made"]:
            known = TransformBatch.objects.select_related("version__pipeline")
            return Opened(known.get(pk=found["o_batch"]), made=False)
        if found["o_slot"] is None:
            raise _too_many()
        if found["o_slot"] == 0:
            raise NoPlaces
        batch = _row(found["o_batch"], name, given, status)
        _record(batch)
        return Opened(batch, made=True, results=work(batch))


def _too_many() -> TooManyRequests:
    """When a place will be free nobody knows: a second is the least that a client should wait."""
    error = TooManyRequests.after(1)
    error.message = f"{AT_ONCE} batches of this key are being processed, which is the limit. Wait until one has ended."
    error.details = {"limit": AT_ONCE, "retry_after": 1}
    return error


_OPEN = "SELECT * FROM transform.open_batch(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


def _values(name: str, given: Submission, status: Status) -> list[Any]:
    return [
        name,
        given.owner,
        given.actor.pk if given.actor else None,
        given.version.pk,
        status.value,
        given.on_error.value,
        given.parallel,
        given.batch_size,
        len(given.items),
        given.idempotency_key,
        given.digest,
    ]


def _row(pk: int, name: str, given: Submission, status: Status) -> TransformBatch:
    """What was inserted, without the database's own moments."""
    batch = TransformBatch(
        pk=pk,
        batch_id=name,
        owner=given.owner,
        actor=given.actor,
        version=given.version,
        status=status,
        on_error=given.on_error,
        parallel=given.parallel,
        batch_size=given.batch_size,
        total=len(given.items),
    )
    batch._state.adding = False
    return batch


def _record(batch: TransformBatch) -> None:
    audit.record(
        operation="transform.submit",
        target=batch.batch_id,
        after={
            "pipeline": batch.version.pipeline.name,
            "version": batch.version.number,
            "items": batch.total,
            "on_error": batch.on_error,
        },
        actor=batch.actor,
    )
