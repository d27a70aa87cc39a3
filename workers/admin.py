"""Executions, jobs, workers and queues, to read."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, Func, QuerySet, TextField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from project.console import figures, states
from project.console.admin import ReadOnlyAdmin, ReadOnlyInline
from workers import queries
from workers.models import Execution, Job, JobAttempt, Queue, Worker


@admin.register(Execution)
class ExecutionAdmin(ReadOnlyAdmin):
    """Graphs of jobs, the newest first."""

    list_display = ("id", "workflow", "state", "jobs", "done", "failures", "created", "took")
    list_filter = ("status", "workflow")
    search_fields = ("workflow",)
    readonly_fields = (
        "workflow", "state", "jobs", "done", "failures", "cancelled", "parallelism", "actor", "created_at",
        "started_at", "completed_at", "cancel_requested_at", "cancel_reason",
    )  # fmt: skip
    fields = readonly_fields
    empty_list = "Every batch and every workflow is an execution of jobs."
    empty_command = "manage.py close_month 2025-01"

    @admin.display(description="status", ordering="status")
    def state(self, execution: Execution) -> SafeString | str:
        return states.badge(execution.status)

    @admin.display(description="jobs", ordering="total")
    def jobs(self, execution: Execution) -> SafeString:
        address = reverse("admin:workers_job_changelist")
        shown = figures.count(execution.total)
        return format_html('<a class="number" href="{}?execution__id__exact={}">{}</a>', address, execution.pk, shown)

    @admin.display(description="completed", ordering="completed")
    def done(self, execution: Execution) -> SafeString:
        return figures.number(figures.count(execution.completed))

    @admin.display(description="failed", ordering="failed")
    def failures(self, execution: Execution) -> SafeString:
        return figures.number(figures.count(execution.failed))

    @admin.display(description="created", ordering="created_at")
    def created(self, execution: Execution) -> SafeString | str:
        return figures.ago(execution.created_at)

    @admin.display(description="took")
    def took(self, execution: Execution) -> SafeString:
        began, ended = execution.started_at, execution.completed_at
        return figures.number(figures.span((ended - began).total_seconds() if began and ended else None))


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


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    """Worker processes, those that registered last first."""

    list_display = ("name", "state", "slots", "queues", "current_load", "memory", "heartbeat", "started", "stop_reason")
    list_filter = (("stopped_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "hostname")
    ordering = ("-id",)
    readonly_fields = (
        "name", "hostname", "pid", "state", "slots", "queues", "types", "current_load", "cpu_percent", "memory",
        "heartbeat", "started_at", "stopped_at", "stop_reason",
    )  # fmt: skip
    fields = readonly_fields
    empty_list = "A worker registers itself when it starts."
    empty_command = "manage.py run_workers --processes 2"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Worker]:
        self._alive = {worker.id for worker in queries.live_workers()}
        return super().get_queryset(request)

    @admin.display(description="state")
    def state(self, worker: Worker) -> SafeString | str:
        if worker.stopped_at is not None:
            return states.badge("STOPPED")
        return states.badge("UP" if worker.pk in self._alive else "SILENT")

    @admin.display(description="memory")
    def memory(self, worker: Worker) -> SafeString:
        used = worker.memory_mb
        return figures.number(figures.NOTHING if used is None else f"{used:,.0f} MB")

    @admin.display(description="last heartbeat", ordering="last_heartbeat")
    def heartbeat(self, worker: Worker) -> SafeString | str:
        return figures.ago(worker.last_heartbeat)

    @admin.display(description="started", ordering="started_at")
    def started(self, worker: Worker) -> SafeString | str:
        return figures.ago(worker.started_at)


@admin.register(Queue)
class QueueAdmin(ReadOnlyAdmin):
    """Queues and what waits in them."""

    list_display = ("name", "due", "later", "working", "horizon")
    readonly_fields = ("name", "horizon", "due", "later", "working")
    fields = readonly_fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        self._counts = queries.queue_counts()
        return super().get_queryset(request)

    @admin.display(description="waiting")
    def due(self, queue: Queue) -> SafeString:
        return figures.number(figures.count(self._counts[queue.pk].waiting))

    @admin.display(description="delayed")
    def later(self, queue: Queue) -> SafeString:
        return figures.number(figures.count(self._counts[queue.pk].delayed))

    @admin.display(description="active")
    def working(self, queue: Queue) -> SafeString:
        return figures.number(figures.count(self._counts[queue.pk].active))
