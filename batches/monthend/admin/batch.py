"""The list of batches, and the addresses of a batch's own pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from batches.monthend.admin import views
from batches.monthend.admin.dialogs import ADMINS
from batches.monthend.models import MonthEndBatch
from project.console import figures, states
from project.console.admin import ReadOnlyAdmin
from project.console.people import holds

View = Callable[..., HttpResponse]


@admin.register(MonthEndBatch)
class MonthEndBatchAdmin(ReadOnlyAdmin):
    """Batches, newest first."""

    change_list_template = "monthend/batches.html"
    empty_list = "Each close of a month is a batch."
    empty_command = "manage.py close_month 2025-01"
    list_display = ("batch_id", "state", "period", "kind", "transactions", "entries", "amount", "by", "began", "took")
    list_filter = ("status", "batch_type", "dry_run", "period")
    list_select_related: ClassVar[list[str]] = ["period", "initiated_by"]
    search_fields = ("batch_id",)
    search_help_text = "Batch id, such as 2025-01"

    def page_of(self, obj: Model) -> str:
        return reverse("admin:batch", args=[str(obj)])

    @admin.display(description="status")
    def state(self, batch: MonthEndBatch) -> SafeString | str:
        return states.badge(batch.status)

    @admin.display(description="type")
    def kind(self, batch: MonthEndBatch) -> str:
        if batch.reverses_id:
            return "reversal"
        return f"{batch.batch_type.lower()}{', dry run' if batch.dry_run else ''}"

    @admin.display(description="transactions")
    def transactions(self, batch: MonthEndBatch) -> SafeString:
        return figures.number(figures.count(batch.expected_transactions))

    @admin.display(description="entries")
    def entries(self, batch: MonthEndBatch) -> SafeString:
        return figures.number(figures.count(batch.expected_entries))

    @admin.display(description="amount")
    def amount(self, batch: MonthEndBatch) -> SafeString:
        return figures.number(figures.money(batch.expected_amount))

    @admin.display(description="started by")
    def by(self, batch: MonthEndBatch) -> str:
        return str(batch.initiated_by or "system")

    @admin.display(description="started", ordering="initiated_at")
    def began(self, batch: MonthEndBatch) -> SafeString | str:
        return figures.ago(batch.initiated_at)

    @admin.display(description="took")
    def took(self, batch: MonthEndBatch) -> SafeString:
        ended = batch.finished_at
        return figures.number(figures.span((ended - batch.initiated_at).total_seconds() if ended else None))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context: dict[str, Any] = {"may_start": holds(request, ADMINS), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("start/", views.start, "batch_start"),
            ("<slug:batch_id>/page/", views.show, "batch"),
            ("<slug:batch_id>/live/", views.live, "batch_live"),
            ("<slug:batch_id>/prove/", views.proof, "batch_prove"),
            ("<slug:batch_id>/worker/<int:worker_id>/restart/", views.restart, "batch_restart"),
            ("<slug:batch_id>/<slug:verb>/move/", views.move, "batch_move"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
