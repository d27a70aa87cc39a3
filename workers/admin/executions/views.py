"""The pages of one execution."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from project.access.roles import ALL_READERS
from project.console.dialogs import ask, require
from project.console.pages import fragment, page
from workers.admin.executions.dialogs import DIALOGS
from workers.admin.executions.page import moving
from workers.models import Execution
from workers.services.operations import name


def show(request: HttpRequest, pk: int) -> TemplateResponse:
    """An execution: how far is it, and what keeps it?"""
    execution = _execution(request, pk)
    return page(request, "workers/execution.html", {**moving(request, execution), "title": f"Execution {name(pk)}"})


def live(request: HttpRequest, pk: int) -> TemplateResponse:
    """What changes on that page while the execution runs."""
    return fragment(request, "workers/execution_moving.html", moving(request, _execution(request, pk)))


def move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Cancel it, or retry what failed of it."""
    dialog = DIALOGS.get(verb)
    if dialog is None:
        raise Http404(f"There is no move {verb}.")
    return ask(request, dialog, _execution(request, pk), page_of=page_of, name=named)


def address(pk: Any) -> str:
    """The page of an execution."""
    return reverse("admin:execution", args=[pk])


def page_of(execution: Execution) -> str:
    return address(execution.pk)


def named(execution: Execution) -> str:
    return name(execution.pk)


def _execution(request: HttpRequest, pk: int) -> Execution:
    require(request, ALL_READERS)
    return get_object_or_404(Execution.objects.select_related("actor", "schedule", "rerun_of"), pk=pk)
