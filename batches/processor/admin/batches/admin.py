"""The list of batches, and the addresses of a batch's own pages."""

from collections.abc import Callable
from typing import ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from batches.processor import queries
from batches.processor.admin import names  # noqa: F401  the addresses below need it
from batches.processor.admin.batches import views
from batches.processor.models import InferenceBatch
from batches.processor.roles import READERS
from batches.processor.states import Status
from project.console import charts, figures, states
from project.console.admin import ReadOnlyAdmin

View = Callable[..., HttpResponse]


@admin.register(InferenceBatch)
class InferenceBatchAdmin(ReadOnlyAdmin):
    """Batches, the newest first: one's own, and everybody's for who may see them."""

    view_roles: ClassVar = READERS
    list_display = (
        "number", "state", "urgency", "through", "progress", "failed_items", "by", "submitted", "waited", "took",
    )  # fmt: skip
    list_filter = ("status", "priority", "model_version__model")
    search_fields = ("batch_id__exact",)
    search_help_text = "The id of a batch, such as batch_0f3c..."
    empty_list = "A batch is what a caller sent to POST /api/batch-processor/submit."
    empty_command = (
        'curl "$URL/api/batch-processor/submit" -H "Authorization: Bearer $KEY"'
        " -H 'Content-Type: application/json' -d '{\"data\": [{\"input\": [1, 2, 3]}]}'"
    )

    def page_of(self, obj: Model) -> str:
        return views.address(obj) if isinstance(obj, InferenceBatch) else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[InferenceBatch]:
        return queries.batches(views.owner(request)).order_by("-id")

    @admin.display(description="batch")
    def number(self, batch: InferenceBatch) -> SafeString:
        return format_html('<span class="id">{}</span>', batch.batch_id)

    @admin.display(description="status")
    def state(self, batch: InferenceBatch) -> SafeString | str:
        return states.badge(batch.status)

    @admin.display(description="priority")
    def urgency(self, batch: InferenceBatch) -> str:
        return batch.priority

    @admin.display(description="model")
    def through(self, batch: InferenceBatch) -> SafeString:
        return format_html('<span class="id">{}</span>', batch.model_version)

    @admin.display(description="items done", ordering="total")
    def progress(self, batch: InferenceBatch) -> SafeString:
        return charts.load(batch.completed + batch.failed, batch.total)

    @admin.display(description="failed", ordering="failed")
    def failed_items(self, batch: InferenceBatch) -> SafeString:
        return figures.number(figures.count(batch.failed))

    @admin.display(description="by")
    def by(self, batch: InferenceBatch) -> str:
        return str(batch.owner or "system")

    @admin.display(description="submitted", ordering="queued_at")
    def submitted(self, batch: InferenceBatch) -> SafeString | str:
        return figures.ago(batch.queued_at)

    @admin.display(description="waited")
    def waited(self, batch: InferenceBatch) -> SafeString:
        began = batch.processing_at
        return figures.number(figures.span((began - batch.queued_at).total_seconds() if began else None))

    @admin.display(description="took")
    def took(self, batch: InferenceBatch) -> SafeString:
        seconds = queries.progress(batch).processing_time_ms / 1000
        began = batch.processing_at is not None and batch.status != Status.QUEUED
        return figures.number(figures.span(seconds if began else None))

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("<processor_name:batch_id>/page/", views.show, "inference_batch"),
            ("<processor_name:batch_id>/live/", views.live, "inference_batch_live"),
            ("<processor_name:batch_id>/cancel/", views.cancel, "inference_batch_cancel"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
