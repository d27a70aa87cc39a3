"""The moves a person may make with an ignore rule."""

from django.contrib.auth.models import User

from project.console.dialogs import Answers, Dialog, NothingForm
from reconciliation.models import IgnoreRule
from reconciliation.roles import OPERATORS
from reconciliation.services import rules


def _expire(rule: IgnoreRule, actor: User, _: Answers) -> IgnoreRule:
    return rules.expire(rule=rule, actor=actor)


def _disable(rule: IgnoreRule, actor: User, _: Answers) -> IgnoreRule:
    return rules.disable(rule=rule, actor=actor)


def _enable(rule: IgnoreRule, actor: User, _: Answers) -> IgnoreRule:
    return rules.enable(rule=rule, actor=actor)


def _explain_end(_: IgnoreRule) -> list[str]:
    return ["From the next comparison on, what it covered is a mismatch again."]


def _explain_enable(_: IgnoreRule) -> list[str]:
    return ["From the next comparison on, what it covers is no mismatch."]


DIALOGS = {
    dialog.verb: dialog
    for dialog in (
        Dialog("disable", "Disable", OPERATORS, NothingForm, _explain_end, _disable, "is disabled"),
        Dialog("enable", "Enable", OPERATORS, NothingForm, _explain_enable, _enable, "is enabled"),
        Dialog("expire", "End now", OPERATORS, NothingForm, _explain_end, _expire, "has ended", grave=True),
    )
}
