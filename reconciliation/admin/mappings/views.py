"""The pages of one mapping."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from project.api.errors import ApiError
from project.console.dialogs import Dialog, ask, require
from project.console.navigation import changelist
from project.console.pages import page
from project.console.people import holds
from reconciliation import drift
from reconciliation.admin.mappings.addresses import address
from reconciliation.admin.mappings.dialogs import DIALOGS
from reconciliation.admin.mappings.trials import rule_words, shown_trial
from reconciliation.definition import Definition
from reconciliation.models import Mapping, ReconciliationJob
from reconciliation.queries import mappings as queries
from reconciliation.roles import OPERATORS, VIEWERS
from reconciliation.services import mappings
from reconciliation.services.mappings import hours
from reconciliation.states import JobStatus

JOBS = 5


@require_GET
def show(request: HttpRequest, pk: int) -> TemplateResponse:
    """A mapping: what is compared with what, and is it equal?"""
    return page(request, "reconciliation/mapping.html", _context(request, pk))


@require_POST
def try_out(request: HttpRequest, pk: int) -> TemplateResponse:
    """Ten rows of the source beside their copies, now."""
    require(request, OPERATORS)
    context = _context(request, pk)
    try:
        definition = Definition.of(context["mapping"])
        context["trial"] = shown_trial(mappings.trial(definition), definition.columns)
    except ApiError as error:
        context["refused"] = error.message
    return page(request, "reconciliation/mapping.html", context)


def move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Enable, disable, clear its quiet hours."""
    dialog = DIALOGS.get(verb)
    if dialog is None:
        raise Http404(f"There is no move {verb}.")
    require(request, dialog.roles)
    mapping = get_object_or_404(Mapping, pk=pk)
    return ask(request, dialog, mapping, page_of=address)


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    require(request, VIEWERS)
    mapping = get_object_or_404(queries.listed(), pk=pk)
    table = urlencode({"table": mapping.name})
    jobs = list(ReconciliationJob.objects.filter(mapping=mapping).select_related("mapping")[:JOBS])
    return {
        "mapping": mapping,
        "columns": [{**column, "rule": rule_words(column.get("rule", {}))} for column in mapping.columns],
        "table": table,
        "mismatches": f"{changelist('reconciliation.mismatch')}?{table}",
        "jobs": [{"job": job, "drift": _drift(job), "address": _job_address(job)} for job in jobs],
        "coverage": queries.coverage(mapping),
        "rules": queries.rules(mapping),
        "operates": holds(request, OPERATORS),
        "quiet_hours": hours.written(mapping.quiet_hours).splitlines(),
        "buttons": _legal(request, mapping),
        "title": f"Mapping {mapping.name}",
    }


def _drift(job: ReconciliationJob) -> str:
    return drift.words(drift.percent(job) if job.status == JobStatus.COMPLETED else None)


def _job_address(job: ReconciliationJob) -> str:
    return reverse("admin:reconciliation_job", args=[job.pk])


def _legal(request: HttpRequest, mapping: Mapping) -> list[Dialog[Mapping]]:
    """The moves that make sense now and that this person's roles allow."""
    verbs = ["disable" if mapping.enabled else "enable", *(["clear-hours"] if mapping.quiet_hours else [])]
    return [DIALOGS[verb] for verb in verbs if holds(request, DIALOGS[verb].roles)]
