"""The move a person may make with a batch."""

from django.contrib.auth.models import User

from batches.processor import services
from batches.processor.models import InferenceBatch
from batches.processor.roles import SUBMITTERS
from batches.processor.states import FINAL, Status
from project.console.dialogs import Answers, Dialog, ReasonForm


def _cancel(batch: InferenceBatch, _: User, answers: Answers) -> InferenceBatch:
    return services.cancel(batch_id=batch.batch_id, reason=answers["reason"])


def _explain(batch: InferenceBatch) -> list[str]:
    if batch.status in FINAL or batch.status == Status.CANCELLING:
        return [f"It is {batch.status} already: there is nothing left to cancel."]
    waiting = batch.total - batch.completed - batch.failed
    return [
        f"Of its {batch.total:,} items {waiting:,} have not ended. Those that wait are not run any more.",
        "Items that a worker runs just now may end, so the batch is cancelling until then.",
        "What is done is kept: its results can be had. Whoever wants the rest submits it again.",
    ]


CANCEL = Dialog(
    "cancel", "Cancel batch", SUBMITTERS, ReasonForm, _explain, _cancel, "takes no more items to work", grave=True
)
