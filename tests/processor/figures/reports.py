"""What workers report, as they do, and moments to put it into."""

from datetime import datetime, timedelta

from django.utils import timezone

from batches.processor.services.figures import record_run
from project.postgres import sql

MODEL = "model-v1.0"


def run(*waited_ms: float, compute_ms: float = 4.0, model: str = MODEL, ago: timedelta = timedelta()):
    """One run of a model over as many items as there are waits, so long ago."""
    record_run(model=model, waited_ms=waited_ms, compute_ms=compute_ms)
    sql.execute(
        "UPDATE inference_run SET ended_at = ended_at - %s::interval WHERE id = (SELECT max(id) FROM inference_run)",
        [ago],
    )


def event(
    status: str,
    *,
    seconds: float | None = None,
    completed: int = 0,
    failed: int = 0,
    model: str = MODEL,
    ago: timedelta = timedelta(),
):
    """A batch was submitted, or has ended with so many items that have an output and that have an error."""
    sql.execute(
        "INSERT INTO inference_batch_event (happened_at, model, status, seconds, completed_items, failed_items)"
        " VALUES (now() - %s::interval, %s, %s, %s, %s, %s)",
        [ago, model, status, seconds, completed, failed],
    )


def fold(kept: timedelta = timedelta(days=14)) -> int:
    """As housekeeping does it."""
    return sql.routine_value("processor.fold_figures", kept, 1000)


def minute(ago: timedelta = timedelta()) -> datetime:
    """The beginning of the minute that is so long ago."""
    return (timezone.now() - ago).replace(second=0, microsecond=0)
