"""The pages of the queues."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from project.access.roles import ALL_READERS
from project.console.charts import Bar
from project.console.dialogs import ask, require
from project.console.pages import fragment, page
from project.console.people import holds
from workers.admin.queues.dialogs import ALL, DIALOGS, named
from workers.admin.roles import OPERATORS
from workers.models import Queue
from workers.queries.queue_states import Pause, QueueState, pauses, queue_state, queue_states
from workers.queries.throughput import last_minutes

MINUTES = 60


def show_all(request: HttpRequest) -> TemplateResponse:
    """All queues: what waits where, and what is paused."""
    return page(request, "workers/queues.html", {**_all(request), "title": "Queues"})


def live_all(request: HttpRequest) -> TemplateResponse:
    return fragment(request, "workers/queues_moving.html", _all(request))


def show(request: HttpRequest, pk: int) -> TemplateResponse:
    """One queue: why is nothing moving, or how fast is it?"""
    context = _one(request, pk)
    return page(request, "workers/queue.html", {**context, "title": f"Queue {context['queue'].name}"})


def live(request: HttpRequest, pk: int) -> TemplateResponse:
    return fragment(request, "workers/queue_moving.html", _one(request, pk))


def move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Pause, resume, limit or drain a queue."""
    dialog = DIALOGS.get(verb)
    if dialog is None:
        raise Http404(f"There is no move {verb}.")
    require(request, dialog.roles)
    queue = get_object_or_404(Queue, pk=pk)
    limits = {name: getattr(queue, name) for name in ("concurrency", "rate_limit", "rate_seconds")}
    initial = {**limits, "horizon_seconds": queue.horizon.total_seconds()} if verb == "limits" else {}
    return ask(request, dialog, queue.name, page_of=lambda _: address(pk), name=named, initial=initial)


def move_all(request: HttpRequest, verb: str) -> HttpResponse:
    """Pause or resume all queues."""
    if verb not in {"pause", "resume"}:
        raise Http404(f"There is no move {verb} of all queues.")
    return ask(request, DIALOGS[verb], ALL, page_of=lambda _: reverse("admin:workers_queue_changelist"), name=named)


def address(pk: Any) -> str:
    """The page of a queue."""
    return reverse("admin:queue", args=[pk])


def _all(request: HttpRequest) -> dict[str, Any]:
    require(request, ALL_READERS)
    ids = dict(Queue.objects.values_list("name", "pk"))
    hours = hour()
    return {
        "queues": [
            {"pk": ids[state.name], "state": state, "own": _own(state), "hour": hours.get(ids[state.name])}
            for state in queue_states()
            if state.name in ids  # one that was made in between comes with the next look
        ],
        "all_paused": next((pause for pause in pauses() if pause.queue is None), None),
        "operates": holds(request, OPERATORS),
        "now": timezone.now(),
    }


def _one(request: HttpRequest, pk: int) -> dict[str, Any]:
    require(request, ALL_READERS)
    state = queue_state(get_object_or_404(Queue, pk=pk).name)
    return {
        "pk": pk,
        "queue": state,
        "own": _own(state),
        "hour": hour(pk).get(pk),
        "operates": holds(request, OPERATORS),
        "now": timezone.now(),
    }


def hour(pk: int | None = None) -> dict[int, list[Bar]]:
    """The bars of the last hour by queue; none for a queue in which nothing ended."""
    found = last_minutes(MINUTES, pk)
    return {queue: [Bar(one.minute, one.completed, one.failed) for one in each] for queue, each in found.items()}


def _own(state: QueueState) -> Pause | None:
    """The pause that a person may end on the queue's page; that of all queues is ended on theirs."""
    return state.pause if state.pause and state.pause.queue == state.name else None
