"""The pages of one mismatch."""

from uuid import UUID

from django.contrib import messages
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_POST

from project.api.errors import ApiError
from project.console.admin import refusal
from project.console.dialogs import actor, ask, require
from project.console.pages import page
from reconciliation.admin.mismatches.dialogs import DIALOGS
from reconciliation.admin.mismatches.neighbours import page_address
from reconciliation.admin.mismatches.page import context
from reconciliation.admin.mismatches.stale import refused
from reconciliation.models import Mismatch
from reconciliation.queries.chosen import Chosen
from reconciliation.roles import OPERATORS, VIEWERS
from reconciliation.services import recheck as rechecking


@require_GET
def show(request: HttpRequest, pk: UUID) -> TemplateResponse:
    """A mismatch: what differs, what do I do?"""
    return page(request, "reconciliation/mismatch.html", context(request, find(request, pk)))


def move(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Mark resolved, or ignore. A page from before somebody else's move is told of it instead."""
    dialog = DIALOGS.get(verb)
    if dialog is None:
        raise Http404(f"There is no move {verb}.")
    require(request, dialog.roles)
    mismatch = find(request, pk)
    if (stale := refused(request, mismatch)) is not None:
        return stale
    chosen = Chosen.of(request.GET)
    return ask(request, dialog, mismatch, page_of=lambda shown: page_address(shown.pk, chosen))


@require_POST
def recheck(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read both sides again, now, and say what came of it."""
    require(request, OPERATORS)
    mismatch = find(request, pk)
    try:
        result = rechecking.recheck(mismatch_id=mismatch.pk, actor=actor(request))
    except (ApiError, Error) as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, result.text)
    return HttpResponseRedirect(page_address(pk, Chosen.of(request.GET)))


def find(request: HttpRequest, pk: UUID) -> Mismatch:
    """Raises `PermissionDenied` and `Http404`."""
    require(request, VIEWERS)
    rows = Mismatch.objects.select_related("job", "mapping", "resolved_by")
    return get_object_or_404(rows, pk=pk)
