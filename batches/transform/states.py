"""The states of a transform batch and of its chunks, and which moves between them are legal."""

from django.db import models


class Status(models.TextChoices):
    """Where a batch stands; the words are the API's."""

    QUEUED = "queued"  # the engine has it, no chunk has begun
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"  # a bad row with `on_error: fail`, or an error of the processing itself
    CANCELLED = "cancelled"


class OnError(models.TextChoices):
    """What becomes of a batch with a bad row."""

    FAIL = "fail"  # the batch fails, nothing is applied
    SKIP = "skip"  # the row is left out and listed


class ChunkState(models.TextChoices):
    """Where a chunk stands."""

    PENDING = "pending"
    DONE = "done"


LEGAL: dict[str, frozenset[str]] = {
    Status.QUEUED: frozenset({Status.PROCESSING, Status.FAILED, Status.CANCELLED}),
    Status.PROCESSING: frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED}),
    Status.COMPLETED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
}
"""Legal moves of a batch."""

ENDED = frozenset(state for state, onward in LEGAL.items() if not onward)
