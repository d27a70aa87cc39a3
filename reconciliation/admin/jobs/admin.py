"""The list of jobs, and the addresses of a job's own pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from project.console import figures, states
from project.console.admin import ReadOnlyAdmin
from project.console.people import holds
from reconciliation.admin.jobs import views
from reconciliation.admin.jobs.drifting import drift_words
from reconciliation.admin.jobs.filters import JobTableFilter
from reconciliation.admin.jobs.page import seconds
from reconciliation.models import ReconciliationJob
from reconciliation.roles import OPERATORS, VIEWERS
from reconciliation.states import JobType

View = Callable[..., HttpResponse]


@admin.register(ReconciliationJob)
class ReconciliationJobAdmin(ReadOnlyAdmin):
    """Comparisons, the newest first."""

    view_roles: ClassVar = VIEWERS
    change_list_template = "reconciliation/jobs.html"
    list_display = (
        "table", "state", "validation_strategy", "source_count", "target_count", "found", "drift", "by", "created",
        "took",
    )  # fmt: skip
    list_filter = ("status", JobTableFilter, "validation_strategy", "job_type", "alert_fired")
    list_select_related: ClassVar[list[str]] = ["mapping", "triggered_by"]
    empty_list = "Each comparison of a table is a job."
    empty_command = "manage.py reconcile"

    def page_of(self, obj: Model) -> str:
        return reverse("admin:reconciliation_job", args=[obj.pk])

    @admin.display(description="table", ordering="table_name")
    def table(self, job: ReconciliationJob) -> SafeString:
        return format_html('<span class="id">{}</span>', job.table_name)

    @admin.display(description="status")
    def state(self, job: ReconciliationJob) -> SafeString | str:
        return states.badge(job.status)

    @admin.display(description="source rows")
    def source_count(self, job: ReconciliationJob) -> SafeString:
        return figures.number(figures.count(job.source_rows))

    @admin.display(description="target rows")
    def target_count(self, job: ReconciliationJob) -> SafeString:
        return figures.number(figures.count(job.target_rows))

    @admin.display(description="mismatches", ordering="mismatch_count")
    def found(self, job: ReconciliationJob) -> SafeString:
        return figures.number(figures.count(job.mismatch_count))

    @admin.display(description="drift")
    def drift(self, job: ReconciliationJob) -> SafeString:
        return figures.number(drift_words(job))

    @admin.display(description="by")
    def by(self, job: ReconciliationJob) -> str:
        return str(job.triggered_by or ("schedule" if job.job_type == JobType.HOURLY_SCHEDULED else "command line"))

    @admin.display(description="asked for", ordering="created_at")
    def created(self, job: ReconciliationJob) -> SafeString | str:
        return figures.ago(job.created_at)

    @admin.display(description="took")
    def took(self, job: ReconciliationJob) -> SafeString:
        return figures.number(figures.span(seconds(job)))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context: dict[str, Any] = {"operates": holds(request, OPERATORS), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("start/", views.start, "reconciliation_start"),
            ("<uuid:pk>/page/", views.show, "reconciliation_job"),
            ("<uuid:pk>/live/", views.live, "reconciliation_job_live"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
