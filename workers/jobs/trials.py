"""Job types for trying things out."""

import time
from typing import Any

from workers.handlers import Claim, Permanent, handler

NAP = 0.05  # seconds between two looks at should_stop


@handler("noop", prefetch=100)
def noop(claim: Claim) -> dict[str, Any] | None:
    """Does nothing; the output is the payload's `output`."""
    return claim.payload.get("output")


@handler("sleep")
def sleep(claim: Claim) -> None:
    """Waits for the payload's `seconds`; gives the job back when asked to stop."""
    seconds = claim.payload.get("seconds", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise Permanent("payload.seconds must be a number of seconds, 0 or more.")
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        claim.stop_if_asked()
        time.sleep(min(left, NAP))
