"""How a batch begins: in a place of its caller, once under an idempotency key."""

import secrets
from dataclasses import dataclass

from batches.transform.models import TransformBatch
from batches.transform.states import Status
from batches.transform.submission import AT_ONCE, Submission
from project.access import audit
from project.api.errors import TooManyRequests
from project.postgres import sql


@dataclass(frozen=True)
class Opened:
    """A batch, and whether it begins now; if not it is the one that the same request made before."""

    batch: TransformBatch
    made: bool


def ensure_slots(owner: str) -> None:
    """Call it before the transaction in which batches of this caller begin."""
    sql.routine("transform.ensure_slots", owner, AT_ONCE)


def open_batch(given: Submission, status: Status) -> Opened:
    """Begins a batch; needs a transaction.

    Raises `TooManyRequests` when the caller has as many as may go on at once, and `Conflict` when another request had
    the idempotency key.
    """
    found = sql.row(
        "SELECT * FROM transform.open_batch(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", _values(given, status)
    )
    assert found is not None
    batch = TransformBatch.objects.select_related("version__pipeline").get(pk=found["o_batch"])
    if not found["o_made"]:
        return Opened(batch, made=False)
    if found["o_slot"] is None:
        raise too_many()
    _record(batch)
    return Opened(batch, made=True)


def too_many() -> TooManyRequests:
    """A 429. When a place will be free nobody knows: a second is the least that a client should wait."""
    error = TooManyRequests.after(1)
    error.message = f"{AT_ONCE} batches of this key are being processed, which is the limit. Wait until one has ended."
    error.details = {"limit": AT_ONCE, "retry_after": 1}
    return error


def _values(given: Submission, status: Status) -> list[object]:
    return [
        f"batch_{secrets.token_hex(10)}",
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
