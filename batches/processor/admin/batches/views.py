"""The pages of one batch."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from batches.processor import queries
from batches.processor.admin.batches.dialogs import CANCEL
from batches.processor.admin.batches.page import moving
from batches.processor.models import InferenceBatch
from batches.processor.roles import ADMINS, OVERSEERS, READERS
from batches.processor.states import FINAL, Status
from project.access.roles import Role
from project.console.dialogs import actor, ask, require
from project.console.pages import fragment, page
from project.console.people import holds

LONGEST_PLACE = 9  # digits


@require_GET
def show(request: HttpRequest, batch_id: str) -> TemplateResponse:
    """A batch: how far is it, and which items failed?"""
    batch = _batch(request, batch_id)
    context = {**moving(request, batch, after=_after(request)), **_buttons(request, batch), "title": "Inference batch"}
    return page(request, "processor/batch.html", context)


@require_GET
def live(request: HttpRequest, batch_id: str) -> TemplateResponse:
    """What changes on that page while the batch goes on."""
    batch = _batch(request, batch_id)
    return fragment(request, "processor/batch_moving.html", {**moving(request, batch), **_buttons(request, batch)})


def cancel(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Stops it."""
    require(request, CANCEL.roles)
    return ask(request, CANCEL, _batch(request, batch_id, anybodys=ADMINS), page_of=address)


def address(batch: InferenceBatch) -> str:
    """The page of a batch."""
    return reverse("admin:inference_batch", args=[batch.batch_id])


def owner(request: HttpRequest, anybodys: frozenset[Role] = OVERSEERS) -> User | None:
    """Whose batches a person sees; None is everybody's."""
    return None if holds(request, anybodys) else actor(request)


def _batch(request: HttpRequest, batch_id: str, anybodys: frozenset[Role] = OVERSEERS) -> InferenceBatch:
    """Those of others only for who may see them. Raises a 404."""
    require(request, READERS)
    return get_object_or_404(queries.batches(owner(request, anybodys)), batch_id=batch_id)


def _buttons(request: HttpRequest, batch: InferenceBatch) -> dict[str, bool]:
    own = batch.owner_id == actor(request).pk and holds(request, CANCEL.roles)
    begun = batch.status in FINAL or batch.status == Status.CANCELLING
    return {"cancels": not begun and (own or holds(request, ADMINS))}


def _after(request: HttpRequest) -> int:
    """The place behind which failed items are shown; from the first one for what is no place."""
    place = request.GET.get("after", "")
    return int(place) if place.isascii() and place.isdigit() and len(place) <= LONGEST_PLACE else 0
