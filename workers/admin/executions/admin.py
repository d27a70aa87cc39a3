"""The list of executions, and the addresses of an execution's own pages."""

from collections.abc import Callable
from typing import ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from project.console import charts, figures, states
from project.console.admin import ReadOnlyAdmin
from workers.admin.executions import views
from workers.admin.executions.filters import WorkflowFilter
from workers.admin.executions.page import seconds, status
from workers.models import Execution
from workers.services.operations import name

View = Callable[..., HttpResponse]
LONGEST_NUMBER = 18  # digits: all of them are a bigint


@admin.register(Execution)
class ExecutionAdmin(ReadOnlyAdmin):
    """Graphs of jobs, the newest first."""

    list_display = ("number", "workflow", "state", "progress", "failures", "by", "created", "took")
    list_filter = ("status", WorkflowFilter)
    list_select_related: ClassVar[list[str]] = ["actor", "schedule"]
    search_fields = ("workflow",)
    search_help_text = "Execution id, such as exec-12, or a part of the workflow's name"
    empty_list = "Every batch and every workflow is an execution of jobs."
    empty_command = "manage.py close_month 2025-01"

    def page_of(self, obj: Model) -> str:
        return views.address(obj.pk)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Execution], search_term: str
    ) -> tuple[QuerySet[Execution], bool]:
        number = search_term.strip().removeprefix("exec-")
        if number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER:
            return queryset.filter(pk=int(number)), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="execution", ordering="id")
    def number(self, execution: Execution) -> SafeString:
        return format_html('<span class="id">{}</span>', name(execution.pk))

    @admin.display(description="status")
    def state(self, execution: Execution) -> SafeString | str:
        return states.badge(status(execution))

    @admin.display(description="jobs done")
    def progress(self, execution: Execution) -> SafeString:
        done = execution.completed + execution.failed + execution.cancelled
        return charts.load(done, execution.total)

    @admin.display(description="failed", ordering="failed")
    def failures(self, execution: Execution) -> SafeString:
        return figures.number(figures.count(execution.failed))

    @admin.display(description="by")
    def by(self, execution: Execution) -> str:
        return str(execution.schedule or execution.actor or "system")

    @admin.display(description="created", ordering="created_at")
    def created(self, execution: Execution) -> SafeString | str:
        return figures.ago(execution.created_at)

    @admin.display(description="took")
    def took(self, execution: Execution) -> SafeString:
        return figures.number(figures.span(seconds(execution)))

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("<int:pk>/page/", views.show, "execution"),
            ("<int:pk>/live/", views.live, "execution_live"),
            ("<int:pk>/<slug:verb>/move/", views.move, "execution_move"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
