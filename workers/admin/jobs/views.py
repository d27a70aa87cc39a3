"""The pages of one job."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from project.access.roles import ALL_READERS
from project.api.errors import NotFound
from project.console.dialogs import ask, require
from project.console.pages import fragment, page
from project.console.people import holds
from workers.admin.executions.dialogs import RERUN
from workers.admin.executions.views import named, page_of
from workers.admin.jobs.neighbours import neighbours
from workers.admin.reasons import lines
from workers.models import FINAL_STATES, Job
from workers.queries.explain import explain_job
from workers.queries.job_details import job_detail
from workers.services.internal import internal_type


def show(request: HttpRequest, pk: int) -> TemplateResponse:
    """A job: what became of it, or why does it not run?"""
    context = _context(request, pk)
    return page(request, "workers/job.html", {**context, "title": f"Job {context['job'].row.key}"})


def live(request: HttpRequest, pk: int) -> TemplateResponse:
    return fragment(request, "workers/job_moving.html", _context(request, pk))


def rerun(request: HttpRequest, pk: int) -> HttpResponse:
    """Run the job and everything below it again."""
    require(request, RERUN.roles)
    job = _job(pk)
    return ask(request, RERUN, job.execution, page_of=page_of, name=named, key=job.key)


def address(pk: Any) -> str:
    """The page of a job."""
    return reverse("admin:job", args=[pk])


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    require(request, ALL_READERS)
    job = _job(pk)
    try:
        detail = job_detail(job.execution_id, job.key)
    except NotFound as error:
        raise Http404(error.message) from error
    ended = detail.row.state in FINAL_STATES
    return {
        "job": detail,
        "execution": job.execution,
        "reasons": [] if ended else lines(explain_job(job.execution_id, job.key), counted=False),
        "neighbours": neighbours(detail),
        "reruns": job.execution.completed_at is not None
        and holds(request, RERUN.roles)
        and not internal_type(job.execution_id),
        "ended": ended,
        "live": not ended,
        "now": timezone.now(),
    }


def _job(pk: int) -> Job:
    return get_object_or_404(Job.objects.select_related("execution"), pk=pk)
