"""Workers: who is alive, how busy, and what they hold."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from project.console import figures, states
from project.console.admin import ReadOnlyAdmin
from workers import queries
from workers.models import Worker


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
