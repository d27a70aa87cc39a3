"""The moves a person may make with a webhook."""

from django.contrib.auth.models import User

from project.console.dialogs import Answers, Dialog, NothingForm
from reconciliation.admin.webhooks.forms import WebhookForm
from reconciliation.models import WebhookSubscription
from reconciliation.roles import OPERATORS
from reconciliation.services import subscriptions


def _change(webhook: WebhookSubscription, actor: User, answers: Answers) -> WebhookSubscription:
    changed = {name: value for name, value in answers.items() if getattr(webhook, name) != value}
    return subscriptions.change(webhook=webhook, actor=actor, **changed)


def _disable(webhook: WebhookSubscription, actor: User, _: Answers) -> WebhookSubscription:
    return subscriptions.change(webhook=webhook, actor=actor, enabled=False)


def _enable(webhook: WebhookSubscription, actor: User, _: Answers) -> WebhookSubscription:
    return subscriptions.change(webhook=webhook, actor=actor, enabled=True)


def _delete(webhook: WebhookSubscription, actor: User, _: Answers) -> WebhookSubscription:
    subscriptions.unsubscribe(webhook=webhook, actor=actor)
    return webhook


def _explain_change(_: WebhookSubscription) -> list[str]:
    return ["The secret stays.", "What was not delivered yet goes to the new address."]


def _explain_disable(_: WebhookSubscription) -> list[str]:
    return ["It is told of nothing more. What was not delivered yet fails.", "Its log stays, and so does its secret."]


def _explain_enable(_: WebhookSubscription) -> list[str]:
    return ["It is told of what happens from now on. What it missed is not sent."]


def _explain_delete(_: WebhookSubscription) -> list[str]:
    return ["Its log is deleted with it.", "What was not delivered yet is never sent."]


DIALOGS = {
    dialog.verb: dialog
    for dialog in (
        Dialog("change", "Change", OPERATORS, WebhookForm, _explain_change, _change, "was changed"),
        Dialog("disable", "Disable", OPERATORS, NothingForm, _explain_disable, _disable, "is disabled"),
        Dialog("enable", "Enable", OPERATORS, NothingForm, _explain_enable, _enable, "is enabled"),
        Dialog("delete", "Delete", OPERATORS, NothingForm, _explain_delete, _delete, "was deleted", grave=True),
    )
}
