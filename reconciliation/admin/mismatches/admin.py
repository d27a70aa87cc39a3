"""The list of mismatches, and the addresses of a mismatch's own pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from project.console import figures, states
from project.console.admin import CountedList, ReadOnlyAdmin
from project.console.people import holds
from reconciliation.admin.mismatches import bulk, export, views
from reconciliation.admin.mismatches.ageing import buckets
from reconciliation.admin.mismatches.filters import AgeFilter, JobFilter, StatusFilter, TableFilter, TypeFilter
from reconciliation.admin.repairs import many
from reconciliation.admin.repairs import views as repairs
from reconciliation.models import Mismatch
from reconciliation.queries.chosen import Chosen, of_key
from reconciliation.roles import OPERATORS, VIEWERS
from reconciliation.services.repair.orders import running

View = Callable[..., HttpResponseBase]
COLUMNS_SHOWN = 4


class ChosenList(CountedList):
    """Leads to a mismatch with the list's filters in the address: its neighbours there are those of the list."""

    def url_for_result(self, result: Model) -> str:
        chosen = {name: values[-1] for name, values in self.filter_params.items()}
        query = Chosen.of(chosen).query()
        address = super().url_for_result(result)
        return f"{address}?{query}" if query else address


@admin.register(Mismatch)
class MismatchAdmin(ReadOnlyAdmin):
    """What differs, the newest first; what is open unless something else is asked for."""

    view_roles: ClassVar = VIEWERS
    change_list_template = "reconciliation/mismatches.html"
    list_display = ("row", "table_name", "kind", "state", "differing", "first_seen", "last_seen", "times")
    list_filter = (StatusFilter, TableFilter, TypeFilter, AgeFilter, JobFilter)
    search_fields = ("primary_key_value",)
    search_help_text = "A whole key, or a mismatch's id"
    empty_list = "No mismatch is open. A comparison that finds one puts it here."
    empty_command = "manage.py reconcile"

    def page_of(self, obj: Model) -> str:
        return reverse("admin:mismatch", args=[obj.pk])

    def get_preserved_filters(self, request: HttpRequest) -> str:
        return ""  # a row's address has the list's filters in words of its own

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return ChosenList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Mismatch], search_term: str
    ) -> tuple[QuerySet[Mismatch], bool]:
        return queryset.filter(of_key(search_term)), False

    @admin.display(description="key")
    def row(self, mismatch: Mismatch) -> str:
        return mismatch.primary_key_value

    @admin.display(description="type")
    def kind(self, mismatch: Mismatch) -> SafeString | str:
        return states.badge(mismatch.mismatch_type)

    @admin.display(description="status")
    def state(self, mismatch: Mismatch) -> SafeString | str:
        return states.badge(mismatch.resolution_status)

    @admin.display(description="columns")
    def differing(self, mismatch: Mismatch) -> str:
        names = mismatch.columns
        more = len(names) - COLUMNS_SHOWN
        return ", ".join(names[:COLUMNS_SHOWN]) + (f" and {more} more" if more > 0 else "")

    @admin.display(description="first seen")
    def first_seen(self, mismatch: Mismatch) -> SafeString | str:
        return figures.ago(mismatch.detected_at)

    @admin.display(description="last seen")
    def last_seen(self, mismatch: Mismatch) -> SafeString | str:
        return figures.ago(mismatch.last_seen_at)

    @admin.display(description="seen")
    def times(self, mismatch: Mismatch) -> SafeString:
        return figures.number(figures.count(mismatch.times_seen))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        found = Chosen.of(request.GET)
        context: dict[str, Any] = {
            "chosen": found,
            "query": found.query(),
            "buckets": buckets(found) if self.has_view_permission(request) else [],
            "operates": holds(request, OPERATORS),
            "all_verbs": bulk.verbs(found),
            "repairing": running(),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("export/", export.export, "mismatches_export"),
            ("all/repair/", many.repair_all, "mismatches_repair"),
            ("repair/<int:pk>/stop/", many.stop_repair, "repair_stop"),
            ("all/<slug:verb>/", bulk.ask_all, "mismatches_all"),
            ("<uuid:pk>/page/", views.show, "mismatch"),
            ("<uuid:pk>/recheck/", views.recheck, "mismatch_recheck"),
            ("<uuid:pk>/repair/", repairs.repair, "mismatch_repair"),
            ("<uuid:pk>/<slug:verb>/move/", views.move, "mismatch_move"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
