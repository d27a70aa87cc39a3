"""The pages of one batch."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from batches.transform.admin.batches.dialogs import CANCEL
from batches.transform.admin.batches.page import moving
from batches.transform.models import TransformBatch
from batches.transform.queries.batches import visible
from batches.transform.roles import ALL_SEERS, READERS
from batches.transform.states import ENDED
from project.access.roles import Role
from project.console.dialogs import actor, ask, require
from project.console.pages import fragment, page
from project.console.people import holds

ANYBODYS = frozenset({Role.BATCH_ADMIN})
LONGEST_ROW = 9  # digits


@require_GET
def show(request: HttpRequest, batch_id: str) -> TemplateResponse:
    """A batch: how far is it, and which items were bad?"""
    batch = _batch(request, batch_id)
    context = {**moving(request, batch, after=_after(request)), **_buttons(request, batch), "title": "Transform batch"}
    return page(request, "transform/batch.html", context)


@require_GET
def live(request: HttpRequest, batch_id: str) -> TemplateResponse:
    """What changes on that page while the batch goes on."""
    batch = _batch(request, batch_id)
    return fragment(request, "transform/batch_moving.html", {**moving(request, batch), **_buttons(request, batch)})


def cancel(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Stops it."""
    require(request, CANCEL.roles)
    return ask(request, CANCEL, _batch(request, batch_id, anybodys=ANYBODYS), page_of=address)


def address(batch: TransformBatch) -> str:
    """The page of a batch."""
    return reverse("admin:transform_batch", args=[batch.batch_id])


def _batch(request: HttpRequest, batch_id: str, anybodys: frozenset[Role] = ALL_SEERS) -> TransformBatch:
    """Those of others only for who may see them. Raises a 404."""
    require(request, READERS)
    found = visible(actor=actor(request), everything=holds(request, anybodys))
    return get_object_or_404(found, batch_id=batch_id)


def _buttons(request: HttpRequest, batch: TransformBatch) -> dict[str, bool]:
    own = batch.actor_id == actor(request).pk and holds(request, CANCEL.roles)
    return {"cancels": batch.status not in ENDED and (own or holds(request, ANYBODYS))}


def _after(request: HttpRequest) -> int:
    """The row behind which bad items are shown; from the first one for what is no row."""
    row = request.GET.get("after", "")
    return int(row) if row.isascii() and row.isdigit() and len(row) <= LONGEST_ROW else -1
