"""The moves a person may make with a mapping."""

from django.contrib.auth.models import User

from project.console.dialogs import Answers, Dialog, NothingForm
from reconciliation.models import Mapping
from reconciliation.roles import OPERATORS
from reconciliation.services import mappings


def _enable(mapping: Mapping, actor: User, _: Answers) -> Mapping:
    return mappings.change(name=mapping.name, actor=actor, enabled=True)


def _disable(mapping: Mapping, actor: User, _: Answers) -> Mapping:
    return mappings.change(name=mapping.name, actor=actor, enabled=False)


def _explain_enable(_: Mapping) -> list[str]:
    return ["It is compared again as often as it says."]


def _explain_disable(_: Mapping) -> list[str]:
    return ["It is compared no more until it is enabled again. Its mismatches and its history stay."]


DIALOGS = {
    dialog.verb: dialog
    for dialog in (
        Dialog("enable", "Enable", OPERATORS, NothingForm, _explain_enable, _enable, "is enabled"),
        Dialog("disable", "Disable", OPERATORS, NothingForm, _explain_disable, _disable, "is disabled"),
    )
}
