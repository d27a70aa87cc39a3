"""The pages of one job, and the form that starts some."""

from uuid import UUID

from django.contrib import messages
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from project.api.errors import ApiError
from project.console.admin import refusal
from project.console.dialogs import actor, require
from project.console.pages import fragment, page
from reconciliation.admin.jobs.forms import StartForm
from reconciliation.admin.jobs.page import moving
from reconciliation.models import ReconciliationJob
from reconciliation.roles import OPERATORS, VIEWERS
from reconciliation.services.trigger import Triggered, trigger
from reconciliation.states import Priority, Strategy


@require_GET
def show(request: HttpRequest, pk: UUID) -> TemplateResponse:
    """A comparison: how far is it, and what did it find?"""
    job = _job(request, pk)
    return page(request, "reconciliation/job.html", {**moving(job), "title": f"{job.table_name} {str(pk)[:8]}"})


@require_GET
def live(request: HttpRequest, pk: UUID) -> TemplateResponse:
    """What changes on that page while the job runs."""
    return fragment(request, "reconciliation/job_moving.html", moving(_job(request, pk)))


def start(request: HttpRequest) -> HttpResponse:
    """Compare tables now."""
    require(request, OPERATORS)
    initial = {"tables": request.GET.getlist("table"), "strategy": Strategy.CHECKSUM, "priority": Priority.NORMAL}
    form = StartForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            started = trigger(
                tables=form.cleaned_data["tables"],
                strategy=Strategy(form.cleaned_data["strategy"]),
                priority=Priority(form.cleaned_data["priority"]),
                actor=actor(request),
            )
        except (ApiError, Error) as error:
            form.add_error(None, refusal(error))
            status = error.status if isinstance(error, ApiError) else 409
        else:
            messages.success(request, _told(started, Strategy(form.cleaned_data["strategy"])))
            return HttpResponseRedirect(_shown(started))
    tables = form.fields["tables"].choices  # type: ignore[attr-defined]  # of the field's own kind
    context = {"form": form, "tables": tables, "title": "Compare tables"}
    return page(request, "reconciliation/start.html", context, status)


def _told(started: Triggered, strategy: Strategy) -> str:
    joined = started.joined_tables(strategy)
    new = len(started.jobs) - len(joined)
    parts = [f"{new} {'comparison' if new == 1 else 'comparisons'} started"] if new else []
    parts += [f"{', '.join(joined)} is being compared already: joined"] if joined else []
    return f"{'; '.join(parts)}. Done about {started.estimated_completion:%H:%M:%S} UTC."


def _shown(started: Triggered) -> str:
    """The page of a lone job; the list of several."""
    if len(started.jobs) == 1:
        return reverse("admin:reconciliation_job", args=[started.jobs[0].pk])
    return reverse("admin:reconciliation_reconciliationjob_changelist")


def _job(request: HttpRequest, pk: UUID) -> ReconciliationJob:
    require(request, VIEWERS)
    return get_object_or_404(ReconciliationJob.objects.select_related("mapping", "triggered_by"), pk=pk)
