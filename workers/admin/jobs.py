"""Jobs: where each one is, and why it ended as it did."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, Func, QuerySet, TextField
from django.http import HttpRequest
from django.utils.safestring import SafeString

from project.console import figures, states
from project.console.admin import ReadOnlyAdmin, ReadOnlyInline
from workers.models import Job, JobAttempt


class AttemptInline(ReadOnlyInline):
    """The attempts before the last one."""

    model = JobAttempt
    fields = ("attempt", "worker_id", "started_at", "finished_at", "error")
    readonly_fields = fields
    ordering = ("attempt",)
    verbose_name_plural = "earlier attempts"


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs of an execution: where each one is, and why it ended as it did."""

    list_display = ("key", "type", "state", "attempt", "execution", "error")
    list_select_related: ClassVar[list[str]] = ["execution", "lane", "finished"]
    search_fields = ("key",)
    readonly_fields = (
        "key", "execution", "type", "state", "attempt", "payload", "max_attempts", "backoff_seconds",
        "timeout_seconds", "created_at", "started_at", "finished_at", "output", "error",
    )  # fmt: skip
    fields = readonly_fields
    inlines: ClassVar[list[Any]] = [AttemptInline]
    empty_list = "Executions bring their jobs."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        state = Func(F("id"), function="workers.job_state", output_field=TextField())
        jobs: QuerySet[Job] = super().get_queryset(request).annotate(current_state=state)
        return jobs

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        return lookup == "execution__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="type")
    def type(self, job: Job) -> str:
        return job.lane.type

    @admin.display(description="state")
    def state(self, job: Job) -> SafeString | str:
        return states.badge(getattr(job, "current_state", None))

    @admin.display(description="attempt")
    def attempt(self, job: Job) -> str:
        return figures.count(_ended(job, "attempt"))

    @admin.display(description="started")
    def started_at(self, job: Job) -> SafeString | str:
        return figures.ago(_ended(job, "started_at"))

    @admin.display(description="finished")
    def finished_at(self, job: Job) -> SafeString | str:
        return figures.ago(_ended(job, "finished_at"))

    @admin.display(description="output")
    def output(self, job: Job) -> Any:
        return _ended(job, "output")

    @admin.display(description="error")
    def error(self, job: Job) -> str:
        return _ended(job, "error") or figures.NOTHING


def _ended(job: Job, field: str) -> Any:
    return getattr(job.finished, field) if hasattr(job, "finished") else None
