"""Executions: graphs of jobs, and where each stands."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from project.console import figures, states
from project.console.admin import ReadOnlyAdmin
from workers.models import Execution


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
