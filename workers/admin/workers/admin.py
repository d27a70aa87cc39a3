"""The list of workers, and the addresses of a worker's own pages."""

from collections import defaultdict
from collections.abc import Callable

from django.contrib import admin
from django.db.models import Case, Model, QuerySet, TextField, Value, When
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from project.console import charts, figures, states
from project.console.admin import ReadOnlyAdmin
from workers import queries
from workers.admin.workers import views
from workers.admin.workers.filters import StatusFilter
from workers.models import Worker

View = Callable[..., HttpResponse]
ALIVE = frozenset({"idle", "busy", "active"})


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    """Registered workers, those that came last first."""

    list_display = ("name", "state", "load", "labels", "takes", "cpu", "memory", "heartbeat", "started")
    list_filter = (StatusFilter,)
    search_fields = ("name", "hostname")
    search_help_text = "Worker id or host"
    ordering = ("-id",)
    empty_list = (
        "A worker registers itself when it starts; one in another language by POST /api/distributed/workers/register."
    )
    empty_command = "manage.py run_workers --processes 2"

    def page_of(self, obj: Model) -> str:
        return views.address(obj.pk)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Worker]:
        """Each worker with its `status`, by one look at all that are registered."""
        ids: dict[str, list[int]] = defaultdict(list)
        for worker in queries.registered_workers():
            ids[worker.status].append(worker.id)
        known = (When(pk__in=those, then=Value(status)) for status, those in ids.items())
        found: QuerySet[Worker] = super().get_queryset(request)
        return found.annotate(status=Case(*known, default=Value(views.STOPPED), output_field=TextField()))

    @admin.display(description="status")
    def state(self, worker: Worker) -> SafeString | str:
        return states.badge(_status(worker))

    @admin.display(description="load", ordering="current_load")
    def load(self, worker: Worker) -> SafeString | str:
        return charts.load(worker.current_load, worker.slots) if _status(worker) in ALIVE else figures.NOTHING

    @admin.display(description="capabilities")
    def labels(self, worker: Worker) -> SafeString | str:
        return format_html_join(" ", '<span class="tag">{}</span>', ((label,) for label in worker.capabilities)) or "—"

    @admin.display(description="queues")
    def takes(self, worker: Worker) -> str:
        return views.queues_of(worker)

    @admin.display(description="CPU", ordering="cpu_percent")
    def cpu(self, worker: Worker) -> SafeString:
        used = worker.cpu_percent
        return figures.number(figures.NOTHING if used is None else f"{used:,.0f} %")

    @admin.display(description="memory", ordering="memory_mb")
    def memory(self, worker: Worker) -> SafeString:
        used = worker.memory_mb
        return figures.number(figures.NOTHING if used is None else f"{used:,.0f} MB")

    @admin.display(description="last heartbeat", ordering="last_heartbeat")
    def heartbeat(self, worker: Worker) -> SafeString | str:
        return figures.ago(worker.last_heartbeat)

    @admin.display(description="registered", ordering="started_at")
    def started(self, worker: Worker) -> SafeString | str:
        return figures.ago(worker.started_at)

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("<int:pk>/page/", views.show, "worker"),
            ("<int:pk>/live/", views.live, "worker_live"),
            ("<int:pk>/deregister/", views.deregister, "worker_deregister"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]


def _status(worker: Worker) -> str:
    return str(getattr(worker, "status", views.STOPPED))
