"""The list of mappings, and the addresses of a mapping's own pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from project.console import figures, states
from project.console.admin import CountedList, ReadOnlyAdmin
from project.console.navigation import changelist
from project.console.people import holds
from reconciliation import drift
from reconciliation.admin.mappings import composing, views
from reconciliation.admin.mappings.addresses import address
from reconciliation.models import Mapping, ReconciliationJob
from reconciliation.queries import mappings as queries
from reconciliation.roles import OPERATORS, VIEWERS

View = Callable[..., HttpResponse]


class MappingList(CountedList):
    """Reads the last jobs of the shown mappings at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        ended = queries.ended_jobs(rows)
        for mapping in rows:
            mapping.last_ended = ended.get(mapping.pk)
        self.result_list = rows


@admin.register(Mapping)
class MappingAdmin(ReadOnlyAdmin):
    """Mappings by name."""

    view_roles: ClassVar = VIEWERS
    change_list_template = "reconciliation/mappings.html"
    list_display = ("name", "state", "source_side", "target_side", "last_job", "drifted", "pending", "proved")
    list_filter = ("enabled", "source", "target")
    search_fields = ("name", "source_table", "target_table")
    empty_list = "A mapping says which table is compared with which copy."
    empty_command = "manage.py mapping import mappings.yaml"

    def page_of(self, obj: Model) -> str:
        return address(obj) if isinstance(obj, Mapping) else ""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return MappingList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mapping]:
        return queries.listed()

    @admin.display(description="state", ordering="enabled")
    def state(self, mapping: Mapping) -> SafeString | str:
        return states.badge("enabled" if mapping.enabled else "disabled")

    @admin.display(description="source")
    def source_side(self, mapping: Mapping) -> str:
        return f"{mapping.source.name}: {mapping.source_schema}.{mapping.source_table}"

    @admin.display(description="target")
    def target_side(self, mapping: Mapping) -> str:
        return f"{mapping.target.name}: {mapping.target_schema}.{mapping.target_table}"

    @admin.display(description="last job")
    def last_job(self, mapping: Mapping) -> SafeString | str:
        return states.badge(getattr(mapping, "last_status", None))

    @admin.display(description="drift")
    def drifted(self, mapping: Mapping) -> SafeString | str:
        job: ReconciliationJob | None = getattr(mapping, "last_ended", None)
        found = drift.percent(job) if job else None
        if job is None or found is None:
            return figures.NOTHING
        severity = drift.severity(job)
        return format_html("{} {}", drift.words(found), states.badge(severity) if severity else "")

    @admin.display(description="open mismatches", ordering="open")
    def pending(self, mapping: Mapping) -> SafeString | str:
        count = getattr(mapping, "open", None)
        if not count:
            return figures.number("0")
        link = f"{changelist('reconciliation.mismatch')}?{urlencode({'table': mapping.name})}"
        return format_html('<a class="id" href="{}">{}</a>', link, figures.count(count))

    @admin.display(description="proved equal", ordering="proved_at")
    def proved(self, mapping: Mapping) -> SafeString | str:
        return figures.ago(getattr(mapping, "proved_at", None))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context: dict[str, Any] = {"operates": holds(request, OPERATORS), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("new/", composing.new, "mapping_new"),
            ("<int:pk>/page/", views.show, "mapping"),
            ("<int:pk>/edit/", composing.edit, "mapping_edit"),
            ("<int:pk>/try/", views.try_out, "mapping_try"),
            ("<int:pk>/<slug:verb>/move/", views.move, "mapping_move"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
