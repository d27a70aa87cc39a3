"""The moves a person may make with a mapping."""

from django.contrib.auth.models import User

from project.console.dialogs import Answers, Dialog, NothingForm
from reconciliation.models import Mapping
from reconciliation.roles import OPERATORS
from reconciliation.services import mappings
from reconciliation.services.mappings import hours


def _enable(mapping: Mapping, actor: User, _: Answers) -> Mapping:
    return mappings.change(name=mapping.name, actor=actor, enabled=True)


def _disable(mapping: Mapping, actor: User, _: Answers) -> Mapping:
    return mappings.change(name=mapping.name, actor=actor, enabled=False)


def _explain_enable(_: Mapping) -> list[str]:
    return ["It is compared again as often as it says."]


def _explain_disable(_: Mapping) -> list[str]:
    return ["It is compared no more until it is enabled again. Its mismatches and its history stay."]


def _explain_clear(mapping: Mapping) -> list[str]:
    return [
        f"Now: {', '.join(hours.written(mapping.quiet_hours).splitlines())}.",
        "Its tables may be read at any time from now on, and a comparison that is paused goes on at once.",
    ]


def _clear(mapping: Mapping, actor: User, _: Answers) -> Mapping:
    return mappings.change(name=mapping.name, actor=actor, quiet_hours=[])


DIALOGS = {
    dialog.verb: dialog
    for dialog in (
        Dialog("enable", "Enable", OPERATORS, NothingForm, _explain_enable, _enable, "is enabled"),
        Dialog(
            "clear-hours", "Clear quiet hours", OPERATORS, NothingForm, _explain_clear, _clear, "has no quiet hours"
        ),
        Dialog("disable", "Disable", OPERATORS, NothingForm, _explain_disable, _disable, "is disabled"),
    )
}
