"""The pages of one webhook."""

from django.contrib import messages
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from project.api.errors import ApiError
from project.console.admin import refusal
from project.console.dialogs import Dialog, actor, ask, require
from project.console.pages import fragment, page
from project.console.people import holds
from reconciliation.admin.webhooks import words
from reconciliation.admin.webhooks.dialogs import DIALOGS
from reconciliation.admin.webhooks.forms import NewWebhookForm
from reconciliation.admin.webhooks.page import moving
from reconciliation.models import WebhookSubscription
from reconciliation.queries import webhooks
from reconciliation.roles import KEEPERS, OPERATORS
from reconciliation.services import subscriptions
from reconciliation.services.webhooks import send_test


@require_GET
def show(request: HttpRequest, pk: int) -> TemplateResponse:
    """A webhook: what is it told, and did it take it?"""
    webhook = _webhook(request, pk)
    context = {
        **moving(request, webhook),
        "state": words.state(webhook),
        "name": words.name(webhook),
        "events": [(event, said) for event, said in words.EVENTS.items() if event in webhook.events],
        "buttons": _legal(request, webhook),
        "title": f"Webhook {webhook.pk}",
    }
    return page(request, "reconciliation/webhook.html", context)


@require_GET
def live(request: HttpRequest, pk: int) -> TemplateResponse:
    """What changes on that page as deliveries come and go."""
    return fragment(request, "reconciliation/webhook_moving.html", moving(request, _webhook(request, pk)))


@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it a test; the log tells how it went."""
    require(request, OPERATORS)
    webhook = _webhook(request, pk)
    try:
        send_test(webhook)
    except (ApiError, Error) as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, "A test is on its way. Its line in the log says how it goes.")
    return HttpResponseRedirect(address(webhook))


def create(request: HttpRequest) -> HttpResponse:
    """A new one. Its secret is shown on the page that follows, and nowhere again."""
    require(request, OPERATORS)
    form = NewWebhookForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = subscriptions.subscribe(**form.given(), actor=actor(request))
        except (ApiError, Error) as error:
            form.add_error(None, refusal(error))
            status = error.status if isinstance(error, ApiError) else 409
        else:
            text = "Copy the secret now, it is not shown again: <code data-copy>{}</code>"
            messages.warning(request, format_html(text, made.secret))
            return HttpResponseRedirect(address(made))
    return page(request, "reconciliation/webhook_new.html", {"form": form, "title": "New webhook"}, status)


def move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Change, disable, enable, delete."""
    dialog = DIALOGS.get(verb)
    if dialog is None:
        raise Http404(f"There is no move {verb}.")
    require(request, dialog.roles)
    webhook = _webhook(request, pk)
    initial = {"url": webhook.url, "events": webhook.events}
    page_of = _list if verb == "delete" and request.method == "POST" else address
    return ask(request, dialog, webhook, page_of=page_of, name=words.name, initial=initial)


def address(webhook: WebhookSubscription) -> str:
    """The page of a webhook."""
    return reverse("admin:webhook", args=[webhook.pk])


def _list(_: WebhookSubscription) -> str:
    return reverse("admin:reconciliation_webhooksubscription_changelist")


def _webhook(request: HttpRequest, pk: int) -> WebhookSubscription:
    require(request, KEEPERS)
    return get_object_or_404(webhooks.webhooks(), pk=pk)


def _legal(request: HttpRequest, webhook: WebhookSubscription) -> list[Dialog[WebhookSubscription]]:
    """The moves that make sense now and that this person's roles allow."""
    verbs = ("change", "disable" if webhook.enabled else "enable", "delete")
    return [DIALOGS[verb] for verb in verbs if holds(request, DIALOGS[verb].roles)]
