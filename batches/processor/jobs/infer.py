"""The engine job of the processor: parts of many submissions at once, of any models."""

from django.conf import settings

from batches.processor.submission import JOB_TYPE
from workers.handlers import Claim, handler

MAX_ATTEMPTS = 5


@handler(
    JOB_TYPE,
    max_batch_size=settings.MAX_BATCH_SIZE,
    max_wait_ms=settings.MAX_WAIT_TIME_MS,
    eager=True,
    max_attempts=MAX_ATTEMPTS,
    backoff_seconds=0.2,
    internal=True,
)
def infer(claims: list[Claim]) -> list[None]:
    """Their results are recorded on the way; the jobs themselves have no output.

    What goes wrong with an item or a model is a result. Only the database's errors end the attempt, and `Stopped` when
    items are left: their jobs go back.
    """
    from batches.processor.batching.work import infer_claims  # NumPy and the runtimes are for workers alone

    infer_claims(claims)
    return [None] * len(claims)
