"""The list of batches, and the addresses of a batch's own pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from batches.transform.admin.batches import views
from batches.transform.admin.batches.progress import dealt_with
from batches.transform.models import TransformBatch
from batches.transform.queries.batches import visible
from batches.transform.roles import ALL_SEERS, READERS
from project.console import charts, figures, states
from project.console.admin import CountedList, ReadOnlyAdmin
from project.console.dialogs import actor
from project.console.people import holds

View = Callable[..., HttpResponse]


class BatchList(CountedList):
    """Reads how far the shown batches are at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        dealt = dealt_with(rows)
        for batch in rows:
            batch.dealt_with = dealt[batch.pk]
        self.result_list = rows


@admin.register(TransformBatch)
class TransformBatchAdmin(ReadOnlyAdmin):
    """Batches, the newest first: one's own, and everybody's for who may see them."""

    view_roles: ClassVar = READERS
    list_display = (
        "number", "state", "progress", "filtered_items", "bad_items", "through", "by", "created", "took",
    )  # fmt: skip
    list_filter = ("status", "version__pipeline", "on_error")
    search_fields = ("batch_id__exact",)
    search_help_text = "The id of a batch, such as batch_0f3c..."
    empty_list = "A batch is what a caller sent to POST /api/v1/transform/batch."
    empty_command = (
        'curl -X POST "$URL/api/v1/transform/batch" -H "Authorization: Bearer $KEY"'
        ' -H \'Content-Type: application/json\' -d \'{"data": [{"amt": "100.50"}]}\''
    )

    def page_of(self, obj: Model) -> str:
        return views.address(obj) if isinstance(obj, TransformBatch) else ""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return BatchList

    def get_queryset(self, request: HttpRequest) -> QuerySet[TransformBatch]:
        found = visible(actor=actor(request), everything=holds(request, ALL_SEERS))
        return found.select_related("actor").order_by("-id")

    @admin.display(description="batch")
    def number(self, batch: TransformBatch) -> SafeString:
        return format_html('<span class="id">{}</span>', batch.batch_id)

    @admin.display(description="status")
    def state(self, batch: TransformBatch) -> SafeString | str:
        return states.badge(batch.status)

    @admin.display(description="items done", ordering="total")
    def progress(self, batch: TransformBatch) -> SafeString:
        return charts.load(getattr(batch, "dealt_with", batch.processed), batch.total)

    @admin.display(description="filtered")
    def filtered_items(self, batch: TransformBatch) -> SafeString:
        return figures.number(figures.count(batch.filtered))

    @admin.display(description="bad", ordering="failed")
    def bad_items(self, batch: TransformBatch) -> SafeString:
        return figures.number(figures.count(batch.failed))

    @admin.display(description="pipeline")
    def through(self, batch: TransformBatch) -> str:
        return str(batch.version)

    @admin.display(description="by")
    def by(self, batch: TransformBatch) -> str:
        return str(batch.actor or batch.owner)

    @admin.display(description="sent", ordering="created_at")
    def created(self, batch: TransformBatch) -> SafeString | str:
        return figures.ago(batch.created_at)

    @admin.display(description="took")
    def took(self, batch: TransformBatch) -> SafeString:
        seconds = batch.duration
        if seconds is None and batch.started_at is not None:
            seconds = (timezone.now() - batch.started_at).total_seconds()
        return figures.number(figures.span(seconds))

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("<slug:batch_id>/page/", views.show, "transform_batch"),
            ("<slug:batch_id>/live/", views.live, "transform_batch_live"),
            ("<slug:batch_id>/cancel/", views.cancel, "transform_batch_cancel"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
