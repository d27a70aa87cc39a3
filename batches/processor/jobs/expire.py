"""Timeouts fire by the clock, whether anything runs or not."""

from batches.processor.services import retention, timeouts
from workers.rounds import every


@every(0.1)
def expire() -> None:
    """Ends what is past its time."""
    timeouts.expire_due()


@every(1.0)
def fail_lost() -> None:
    """Ends what no worker will ever record."""
    timeouts.fail_lost()


@every(60.0)
def prune() -> None:
    """Drops batches that are past the retention of the engine's jobs."""
    retention.prune()
