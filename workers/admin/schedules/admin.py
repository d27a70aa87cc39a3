"""The list of schedules, and the addresses of a schedule's own pages."""

from collections.abc import Callable

from django.contrib import admin
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from project.console import figures, states
from project.console.admin import ReadOnlyAdmin
from workers.admin.executions import views as executions
from workers.admin.schedules import views
from workers.models import Execution, Schedule

View = Callable[..., HttpResponse]


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    """Schedules by name."""

    list_display = ("name", "state", "workflow", "when", "next_run", "last_run", "result", "left_out")
    list_filter = ("enabled", "workflow")
    search_fields = ("name", "workflow")
    empty_list = "A schedule submits the same jobs again and again. Make one by POST /api/distributed/schedules."
    empty_command = "curl -H 'X-API-Key: …' --json @nightly.json http://127.0.0.1:8000/api/distributed/schedules"

    def page_of(self, obj: Model) -> str:
        return views.address(obj.pk)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        last = Execution.objects.filter(schedule=OuterRef("pk")).order_by("-pk")
        found: QuerySet[Schedule] = super().get_queryset(request)
        return found.annotate(last_id=Subquery(last.values("pk")[:1]), last_status=Subquery(last.values("status")[:1]))

    @admin.display(description="state")
    def state(self, schedule: Schedule) -> SafeString | str:
        return states.badge(views.state(schedule))

    @admin.display(description="when")
    def when(self, schedule: Schedule) -> str:
        return views.rule(schedule)

    @admin.display(description="next run", ordering="next_run_at")
    def next_run(self, schedule: Schedule) -> SafeString | str:
        return figures.ago(schedule.next_run_at if schedule.enabled else None)

    @admin.display(description="last run", ordering="last_run_at")
    def last_run(self, schedule: Schedule) -> SafeString | str:
        return figures.ago(schedule.last_run_at)

    @admin.display(description="last result")
    def result(self, schedule: Schedule) -> SafeString | str:
        if schedule.last_error:
            return format_html("{} <small>{}</small>", states.badge("refused"), schedule.last_error)
        last = getattr(schedule, "last_id", None)
        if last is None:
            return figures.NOTHING
        shown = states.badge(getattr(schedule, "last_status", None))
        return format_html('<a href="{}">{}</a>', executions.address(last), shown)

    @admin.display(description="left out", ordering="skipped")
    def left_out(self, schedule: Schedule) -> SafeString:
        return figures.number(figures.count(schedule.skipped))

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("<int:pk>/page/", views.show, "schedule"),
            ("<int:pk>/live/", views.live, "schedule_live"),
            ("<int:pk>/<slug:verb>/move/", views.move, "schedule_move"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
