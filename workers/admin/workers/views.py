"""The pages of one worker."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from project.access.roles import ALL_READERS, Role
from project.api.errors import Conflict
from project.console.dialogs import Answers, Dialog, NothingForm, ask, require
from project.console.pages import fragment, page
from project.console.people import holds
from workers import queries
from workers.models import Job, Worker
from workers.queries import RegisteredWorker
from workers.services import remote

ALL_QUEUES = "*"
STOPPED = "stopped"
HELD = 200
"""Jobs that a worker's page lists."""
ADMINS = frozenset({Role.BATCH_ADMIN})


def show(request: HttpRequest, pk: int) -> TemplateResponse:
    """A worker: is it well, and what has it got?"""
    context = _context(request, pk)
    return page(request, "workers/worker.html", {**context, "title": f"Worker {context['worker'].name}"})


def live(request: HttpRequest, pk: int) -> TemplateResponse:
    return fragment(request, "workers/worker_moving.html", _context(request, pk))


def deregister(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a worker up: its jobs go to others at once."""
    require(request, DEREGISTER.roles)
    return ask(request, DEREGISTER, get_object_or_404(Worker, pk=pk), page_of=lambda worker: address(worker.pk))


def status(known: RegisteredWorker | None) -> str:
    """In a word: stopped, unhealthy, active (no load told yet), idle or busy."""
    return known.status if known else STOPPED


def queues_of(worker: Worker) -> str:
    """The queues it takes jobs of."""
    return "all" if ALL_QUEUES in worker.queues else ", ".join(worker.queues)


def address(pk: Any) -> str:
    """The page of a worker."""
    return reverse("admin:worker", args=[pk])


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    require(request, ALL_READERS)
    worker = get_object_or_404(Worker.objects.select_related("actor"), pk=pk)
    known = next((one for one in queries.registered_workers() if one.id == pk), None)
    claims = queries.held_claims(pk)
    held = [job for claim in claims for job in claim.jobs]
    jobs = {job.pk: job for job in Job.objects.filter(pk__in=held[:HELD]).select_related("execution")}
    return {
        "worker": worker,
        "known": known,
        "status": status(known),
        "queues": queues_of(worker),
        "metadata": sorted(worker.metadata.items()),
        "claims": [(claim, [jobs[one] for one in claim.jobs if one in jobs]) for claim in claims],
        "held": len(held),
        "shown": len(jobs),
        "deregisters": known is not None and not known.has_session and holds(request, ADMINS),
        "now": timezone.now(),
    }


def _deregister(worker: Worker, actor: User, _: Answers) -> Worker:
    acting = remote.acting_for(worker.name, actor=actor, any_worker=True)
    if acting.id != worker.pk:
        raise Conflict(f"{worker.name} has registered anew: this registration has ended. Deregister the new one.")
    remote.deregister(acting, actor=actor)
    return worker


def _explain(worker: Worker) -> list[str]:
    if worker.stopped_at:
        return ["This registration has ended: nothing is left to give up."]
    held = sum(len(claim.jobs) for claim in queries.held_claims(worker.pk))
    return [
        f"Jobs that it holds: {held:,}. They go to other workers at once, and run again from their last checkpoint.",
        "Whatever it still reports of them is refused. It may register again at any time.",
    ]


DEREGISTER: Dialog[Worker] = Dialog(
    "deregister", "Deregister", ADMINS, NothingForm, _explain, _deregister, "is no longer registered", grave=True
)
