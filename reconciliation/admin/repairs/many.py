"""Repairing all mismatches that a list's filters let through: the engine does it, within a budget."""

from dataclasses import asdict
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from project.api.errors import ApiError
from project.console.admin import refusal
from project.console.dialogs import Answers, Dialog, ReasonForm, actor, ask, require
from project.console.pages import page
from project.console.paginator import COUNTED
from project.console.people import holds
from reconciliation.admin.mismatches.ageing import bounded
from reconciliation.admin.mismatches.bulk import list_address, previewed_at
from reconciliation.admin.repairs.forms import ManyForm
from reconciliation.queries.chosen import Chosen
from reconciliation.roles import OPERATORS
from reconciliation.services.repair.orders import WORKFLOW, Order, stop, submit
from reconciliation.services.repair.plan import DELETERS
from reconciliation.services.repair.selection import Selection
from workers.models import Execution
from workers.services.operations import name


def repair_all(request: HttpRequest) -> HttpResponse:
    """How many that are, and what happens to each; with POST it is handed to the engine, without what was found after
    the preview."""
    require(request, OPERATORS)
    chosen, until = Chosen.of(request.GET), previewed_at(request)
    may_delete = holds(request, DELETERS)
    form = ManyForm(request.POST if request.method == "POST" else None, may_delete=may_delete)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            execution = _submit(request, form, chosen, until)
        except (ApiError, Error) as error:
            form.add_error(None, refusal(error))
            status = error.status if isinstance(error, ApiError) else 409
        else:
            messages.success(request, "The repair is handed to the engine. Its job says how many were repaired.")
            return HttpResponseRedirect(reverse("admin:execution", args=[execution.pk]))
    found = bounded(chosen.rows(until).filter(detected_at__lte=until))
    context = {
        "form": form,
        "until": until.isoformat(),
        "count": min(found, COUNTED),
        "more": found > COUNTED,
        "words": chosen.words(),
        "back": list_address(chosen),
        "title": "Repair all that match",
    }
    return page(request, "reconciliation/repair_all.html", context, status)


def stop_repair(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a repair of many after the row at hand."""
    execution = get_object_or_404(Execution, pk=pk, workflow=WORKFLOW)
    return ask(request, STOP, execution, page_of=lambda _: list_address(Chosen()), name=lambda one: name(one.pk))


def _stop(execution: Execution, actor: User, answers: Answers) -> Execution:
    stop(execution_id=execution.pk, actor=actor, reason=answers["reason"])
    return execution


def _explain_stop(_: Execution) -> list[str]:
    return ["It ends after the row at hand. What is repaired stays repaired.", "What is left stays as it is."]


STOP = Dialog("stop", "Stop the repair", OPERATORS, ReasonForm, _explain_stop, _stop, "is stopped", grave=True)


def _submit(request: HttpRequest, form: ManyForm, chosen: Chosen, until: datetime) -> Execution:
    return submit(
        Order(
            selection=Selection(filters=asdict(chosen), until=until.isoformat()),
            budget_seconds=form.cleaned_data["budget_seconds"],
            may_delete=form.cleaned_data.get("deletes", False),
            actor=actor(request),
            reason=form.cleaned_data["reason"],
        )
    )
