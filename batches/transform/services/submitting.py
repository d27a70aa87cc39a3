"""Beginning a batch."""

from batches.transform.pipeline import compiled
from batches.transform.services import detached, estimating, inside
from batches.transform.services.opening import Opened
from batches.transform.submission import Submission

LONGEST_INSIDE = 1.0  # seconds that a caller waits for


def submit(given: Submission, *, respond_async: bool = False) -> Opened:
    """Transforms the items now, or stores them for the engine: on request, and when they would take long.

    Raises `TooManyRequests` when the caller has as many batches as may go on at once, and `Conflict` when another
    request had the idempotency key.
    """
    ready = compiled(given.version)
    if respond_async or estimating.seconds(given.version, ready, given.items) > LONGEST_INSIDE:
        return detached.detach(given)
    return inside.run(given, ready)
