"""The move a person may make with a batch."""

from django.contrib.auth.models import User

from batches.transform import services
from batches.transform.models import TransformBatch
from batches.transform.roles import SUBMITTERS
from batches.transform.states import ENDED
from project.console.dialogs import Answers, Dialog, NothingForm


def _cancel(batch: TransformBatch, actor: User, _: Answers) -> TransformBatch:
    services.cancel(batch=batch, actor=actor)
    return batch


def _explain(batch: TransformBatch) -> list[str]:
    if batch.status in ENDED:
        return [f"It is {batch.status} already: there is nothing left to cancel."]
    return [
        "No chunk of it is begun any more; those in work are waited for and count for nothing.",
        "Nothing of it is kept: it has no results. Whoever wants them sends its items again.",
    ]


CANCEL = Dialog("cancel", "Cancel batch", SUBMITTERS, NothingForm, _explain, _cancel, "was cancelled", grave=True)
