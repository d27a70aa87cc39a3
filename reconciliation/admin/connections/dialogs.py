"""The moves a person may make with a connection."""

from django.contrib.auth.models import User

from project.console.dialogs import Answers, Dialog, NothingForm
from reconciliation.admin.connections.forms import AccessForm, access
from reconciliation.models import Connection
from reconciliation.roles import OPERATORS
from reconciliation.services import connections


def _change(connection: Connection, actor: User, answers: Answers) -> Connection:
    return connections.change(name=connection.name, actor=actor, **access(answers))


def _delete(connection: Connection, actor: User, _: Answers) -> Connection:
    connections.delete(name=connection.name, actor=actor)
    return connection


def _explain_change(connection: Connection) -> list[str]:
    return [
        "Runs that go on keep the address they began with.",
        f"With another kind or address what {connection.name}'s mappings proved before counts no more.",
    ]


def _explain_delete(_: Connection) -> list[str]:
    return ["A connection that a mapping uses is not deleted."]


DIALOGS = {
    dialog.verb: dialog
    for dialog in (
        Dialog("change", "Change", OPERATORS, AccessForm, _explain_change, _change, "was changed"),
        Dialog("delete", "Delete", OPERATORS, NothingForm, _explain_delete, _delete, "was deleted", grave=True),
    )
}
