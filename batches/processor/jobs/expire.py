"""Timeouts fire by the clock, whether anything runs or not."""

from batches.processor.services import timeouts
from workers.rounds import every

SECONDS = 0.1


@every(SECONDS)
def expire() -> None:
    """Ends what is past its time, and what no worker will ever record."""
    timeouts.expire_due()
    timeouts.fail_lost()
