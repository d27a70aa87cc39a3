"""The pages of one schedule."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from project.access.roles import ALL_READERS
from project.console import figures
from project.console.dialogs import Dialog, ask, require
from project.console.pages import fragment, page
from project.console.people import holds
from workers.admin.schedules.dialogs import DIALOGS
from workers.models import Schedule
from workers.queries.schedules import leader, schedule_states

RUNS = 10


def show(request: HttpRequest, pk: int) -> TemplateResponse:
    """A schedule: when does it run next, and did it run last time?"""
    context = _context(request, pk)
    return page(request, "workers/schedule.html", {**context, "title": f"Schedule {context['schedule'].name}"})


def live(request: HttpRequest, pk: int) -> TemplateResponse:
    return fragment(request, "workers/schedule_moving.html", _context(request, pk))


def move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Run now, enable, disable."""
    dialog = DIALOGS.get(verb)
    if dialog is None:
        raise Http404(f"There is no move {verb}.")
    require(request, dialog.roles)
    schedule = get_object_or_404(Schedule, pk=pk)
    return ask(request, dialog, schedule, page_of=lambda shown: address(shown.pk))


def state(schedule: Schedule) -> str:
    """In a word: enabled, disabled, over when nothing is to come, or refused when nobody can tell what is."""
    if not schedule.enabled:
        return "disabled"
    if schedule.next_run_at:
        return "enabled"
    ended = schedule.ends_at is not None and schedule.ends_at <= timezone.now()
    return "refused" if schedule.last_error and not ended else "over"


def rule(schedule: Schedule) -> str:
    """When it runs: its cron line with its zone, or its interval."""
    if schedule.cron is not None:
        return f"{schedule.cron} ({schedule.time_zone})"
    return f"every {figures.span(schedule.interval_seconds)}"


def address(pk: Any) -> str:
    """The page of a schedule."""
    return reverse("admin:schedule", args=[pk])


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    require(request, ALL_READERS)
    schedule = get_object_or_404(Schedule.objects.select_related("actor"), pk=pk)
    (found,) = schedule_states([schedule])
    return {
        "schedule": schedule,
        "state": state(schedule),
        "rule": rule(schedule),
        "next_runs": found.next_runs,
        "runs": schedule.executions.order_by("-pk")[:RUNS],
        "leader": leader(),
        "buttons": _legal(request, schedule),
        "now": timezone.now(),
    }


def _legal(request: HttpRequest, schedule: Schedule) -> list[Dialog[Schedule]]:
    """The moves that make sense now and that this person's roles allow."""
    verbs = ("run", "disable" if schedule.enabled else "enable")
    return [DIALOGS[verb] for verb in verbs if holds(request, DIALOGS[verb].roles)]
