"""The pages of one batch. Each takes its rules from the services; what they refuse is shown in their own words."""

import time

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import Error
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from batches.ledger.models import AccountingPeriod
from batches.monthend import services
from batches.monthend.admin.dialogs import ADMINS, DIALOGS, RESTART
from batches.monthend.admin.forms import TAKES_ENTRIES, StartForm
from batches.monthend.admin.page import moving, standing
from batches.monthend.models import MonthEndBatch
from batches.monthend.queries.batches import find
from batches.monthend.queries.certificate import prove
from project.access.roles import ALL_READERS
from project.api.errors import ApiError, NotFound
from project.console.admin import refusal
from project.console.dialogs import actor, ask, require
from project.console.pages import fragment, page


def show(request: HttpRequest, batch_id: str) -> TemplateResponse:
    """A batch: what happened, can I trust it?"""
    batch = _batch(request, batch_id)
    context = {**moving(request, batch), **standing(request, batch), "title": batch.batch_id}
    return page(request, "monthend/batch.html", context)


@require_GET
def live(request: HttpRequest, batch_id: str) -> TemplateResponse:
    """What changes on that page while the batch runs; says in a header when there is no more to come."""
    return fragment(request, "monthend/moving.html", moving(request, _batch(request, batch_id)))


def start(request: HttpRequest) -> HttpResponse:
    """A new close."""
    require(request, ADMINS)
    form = StartForm(request.POST or None, initial={"period": request.GET.get("period")})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            batch = _initiate(form, actor(request))
        except (ApiError, Error) as error:
            form.add_error(None, refusal(error))
            status = error.status if isinstance(error, ApiError) else 409
        else:
            messages.success(request, f"{batch.batch_id} has started.")
            return HttpResponseRedirect(_address(batch))
    periods = AccountingPeriod.objects.filter(status__in=TAKES_ENTRIES).prefetch_related("prerequisites")
    return page(request, "monthend/start.html", {"form": form, "periods": periods, "title": "Close a month"}, status)


def move(request: HttpRequest, batch_id: str, verb: str) -> HttpResponse:
    """Abort, resume or reverse: a dialog that says what will happen, and the deed."""
    dialog = DIALOGS.get(verb)
    if dialog is None:
        raise Http404(f"There is no move {verb}.")
    return ask(request, dialog, _batch(request, batch_id), page_of=_address)


def restart(request: HttpRequest, batch_id: str, worker_id: int) -> HttpResponse:
    """Give a worker's range to a replacement."""
    return ask(request, RESTART, _batch(request, batch_id), page_of=_address, worker_id=worker_id)


@require_POST
def proof(request: HttpRequest, batch_id: str) -> TemplateResponse:
    """Recompute the certificate and say what came of it."""
    batch = _batch(request, batch_id)
    began = time.monotonic()
    problems = prove(batch)
    context = {"batch": batch, "problems": problems, "seconds": time.monotonic() - began, "title": "Proof"}
    return page(request, "monthend/proof.html", context)


def _initiate(form: Form, actor: User) -> MonthEndBatch:
    period: AccountingPeriod = form.cleaned_data["period"]
    return services.initiate_batch(
        period_start=period.start_date,
        period_end=period.end_date,
        batch_type=form.cleaned_data["batch_type"],
        worker_count=form.cleaned_data["worker_count"],
        dry_run=form.cleaned_data["dry_run"],
        actor=actor,
    )


def _batch(request: HttpRequest, batch_id: str) -> MonthEndBatch:
    require(request, ALL_READERS)
    try:
        return find(batch_id)
    except NotFound as error:
        raise Http404(error.message) from error


def _address(batch: MonthEndBatch) -> str:
    return reverse("admin:batch", args=[batch.batch_id])
