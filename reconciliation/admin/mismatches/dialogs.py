"""What a person may decide about a mismatch: the legal next states, each a button that asks for a note."""

from django.contrib.auth.models import User

from project.console.dialogs import Answers, Dialog
from reconciliation.admin.mismatches.forms import IgnoreForm, NoteForm
from reconciliation.models import Mismatch
from reconciliation.roles import OPERATORS
from reconciliation.services.resolve import resolve
from reconciliation.states import BY_PEOPLE, LEGAL, Resolution

VERBS = {"resolve": Resolution.MANUAL_RESOLVED, "ignore": Resolution.IGNORED}


def legal(mismatch: Mismatch) -> list[str]:
    """The verbs of the moves that may be made now."""
    possible = LEGAL[mismatch.resolution_status] & BY_PEOPLE
    return [verb for verb, state in VERBS.items() if state in possible]


def _resolve(mismatch: Mismatch, actor: User, answers: Answers) -> Mismatch:
    return resolve(
        mismatch_id=mismatch.pk,
        status=Resolution.MANUAL_RESOLVED,
        notes=answers["notes"],
        actor=actor,
        version=mismatch.version,
    )


def _ignore(mismatch: Mismatch, actor: User, answers: Answers) -> Mismatch:
    return resolve(
        mismatch_id=mismatch.pk,
        status=Resolution.IGNORED,
        notes=answers["notes"],
        actor=actor,
        ignored_until=answers["ignored_until"],
        version=mismatch.version,
    )


def _explain_resolve(_: Mismatch) -> list[str]:
    return [
        "It counts as settled, with your name and your note. Nothing is changed in either table.",
        "A later comparison that finds the two rows different makes it pending again, with its age.",
    ]


def _explain_ignore(_: Mismatch) -> list[str]:
    return [
        "The difference is expected: it counts as drift no more, for as long as you say.",
        "Comparisons go on and keep what they see. To leave a column or many rows out, make an ignore rule instead.",
    ]


DIALOGS = {
    dialog.verb: dialog
    for dialog in (
        Dialog("resolve", "Mark resolved", OPERATORS, NoteForm, _explain_resolve, _resolve, "is resolved"),
        Dialog("ignore", "Ignore", OPERATORS, IgnoreForm, _explain_ignore, _ignore, "is ignored"),
    )
}
