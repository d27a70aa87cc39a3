"""The moves a person may make with a batch: what each will do, what it asks, and the service that does it."""

from django.contrib.auth.models import User

from batches.monthend import services
from batches.monthend.admin.forms import AbortForm, ReverseForm
from batches.monthend.models import MonthEndBatch
from project.access.roles import Role
from project.console.dialogs import Answers, Dialog, NothingForm, ReasonForm

ADMINS = frozenset({Role.BATCH_ADMIN})
OPERATORS = frozenset({Role.BATCH_ADMIN, Role.BATCH_OPERATOR})


def _abort(batch: MonthEndBatch, actor: User, answers: Answers) -> MonthEndBatch:
    return services.abort_batch(batch=batch, actor=actor, reason=answers["reason"], rollback=answers["rollback"])


def _resume(batch: MonthEndBatch, actor: User, _: Answers) -> MonthEndBatch:
    return services.resume_batch(batch=batch, actor=actor)


def _reverse(batch: MonthEndBatch, actor: User, answers: Answers) -> MonthEndBatch:
    period = answers["period"]
    return services.reverse_batch(
        batch=batch, actor=actor, reason=answers["reason"], period_code=period.code if period else None
    )


def _restart(batch: MonthEndBatch, actor: User, answers: Answers) -> MonthEndBatch:
    return services.restart_worker(batch=batch, worker_id=answers["worker_id"], actor=actor, reason=answers["reason"])


def _explain_abort(batch: MonthEndBatch) -> list[str]:
    return [
        f"The workers of {batch.batch_id} stop at once.",
        "Nothing of it reaches the journal: what was posted lies in tables of its own, which are dropped.",
        "The entry numbers it reserved are free again, and the month can be closed anew.",
    ]


def _explain_resume(batch: MonthEndBatch) -> list[str]:
    begun = batch.expected_amount is not None
    return [
        f"{batch.batch_id} goes on under the same plan, with the same entry numbers."
        if begun
        else f"{batch.batch_id} starts again with its pre-flight checks: it has no plan yet.",
        "Each range continues from its last checkpoint; nothing is posted twice.",
        "Mend the cause first: the same error would stop it again.",
    ]


def _explain_reverse(batch: MonthEndBatch) -> list[str]:
    return [
        f"A new batch posts the mirror of each of the {batch.expected_entries:,} entries of {batch.batch_id}.",
        f"{batch.batch_id} becomes REVERSED. Its entries stay in the journal: nothing posted is ever edited.",
        "Its transactions are free to be posted by a later batch. A batch can be reversed once.",
    ]


def _explain_restart(_: MonthEndBatch) -> list[str]:
    return [
        "The worker loses its range at once. Whatever it still sends is refused.",
        "A replacement with a worker id of its own goes on from the last checkpoint.",
        "In a batch that has failed, this resumes the batch.",
    ]


DIALOGS = {
    dialog.verb: dialog
    for dialog in (
        Dialog("abort", "Abort", ADMINS, AbortForm, _explain_abort, _abort, "is being aborted", grave=True),
        Dialog("resume", "Resume", OPERATORS, NothingForm, _explain_resume, _resume, "goes on"),
        Dialog("reverse", "Reverse", ADMINS, ReverseForm, _explain_reverse, _reverse, "is being posted", grave=True),
    )
}
RESTART = Dialog(
    "restart", "Restart worker", OPERATORS, ReasonForm, _explain_restart, _restart, "has its worker replaced"
)
