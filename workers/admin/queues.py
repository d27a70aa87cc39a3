"""Queues: what waits in them, their limits and pauses."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from project.console import figures
from project.console.admin import ReadOnlyAdmin
from workers import queries
from workers.models import Queue


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
