"""The moves a person may make with an execution."""

from django.contrib.auth.models import User

from project.console.dialogs import Answers, Dialog, NothingForm, ReasonForm
from workers.admin.roles import OPERATORS
from workers.models import Execution
from workers.queries import execution_state
from workers.services import operations
from workers.services.internal import internal_type


def legal(execution: Execution) -> list[str]:
    """The verbs of the moves that may be made now."""
    if internal_type(execution.pk):
        return []
    if execution.completed_at is None:
        return [] if execution.cancel_requested_at else ["cancel"]
    return ["retry"] if execution.failed or execution.cancelled else []


def _cancel(execution: Execution, actor: User, answers: Answers) -> Execution:
    operations.cancel(execution_id=execution.pk, reason=answers["reason"], actor=actor)
    return execution


def _retry(execution: Execution, actor: User, _: Answers) -> Execution:
    return operations.retry(execution_id=execution.pk, actor=actor)


def _rerun(execution: Execution, actor: User, answers: Answers) -> Execution:
    return operations.rerun(execution_id=execution.pk, key=answers["key"], actor=actor)


def _explain_cancel(execution: Execution) -> list[str]:
    state = execution_state(execution.pk)
    return [
        f"{state.waiting:,} jobs that have not begun are cancelled at once.",
        f"{state.running:,} active jobs are taken from their workers. What those still report is refused.",
        "What is done stays done. Cancelled jobs can be retried afterwards.",
    ]


def _explain_retry(execution: Execution) -> list[str]:
    again = execution.failed + execution.cancelled
    return [
        f"A new execution runs the {again:,} failed and cancelled jobs again.",
        "The completed ones are not run again: their outputs are there for those that depend on them.",
        f"{operations.name(execution.pk)} stays as it is.",
    ]


def _explain_rerun(execution: Execution) -> list[str]:
    return [
        "A new execution runs this job and everything that depends on it again, completed or not.",
        "Checkpoints are left behind: each begins anew. Effects that jobs had elsewhere are not taken back.",
        f"{operations.name(execution.pk)} stays as it is.",
    ]


DIALOGS = {
    dialog.verb: dialog
    for dialog in (
        Dialog(
            "cancel",
            "Cancel execution",
            OPERATORS,
            ReasonForm,
            _explain_cancel,
            _cancel,
            "is being cancelled",
            grave=True,
        ),
        Dialog("retry", "Retry failed jobs", OPERATORS, NothingForm, _explain_retry, _retry, "runs them again"),
    )
}
RERUN = Dialog("rerun", "Run again from here", OPERATORS, NothingForm, _explain_rerun, _rerun, "runs it again")
