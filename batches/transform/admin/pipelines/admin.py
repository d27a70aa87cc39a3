"""The list of pipelines, and the addresses of a pipeline's own pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from batches.transform.admin.pipelines import composing, views
from batches.transform.admin.pipelines.addresses import address
from batches.transform.models import Pipeline
from batches.transform.queries import pipelines as queries
from batches.transform.roles import PIPELINE_KEEPERS, READERS
from project.console import figures
from project.console.admin import ReadOnlyAdmin
from project.console.people import holds

View = Callable[..., HttpResponse]


@admin.register(Pipeline)
class PipelineAdmin(ReadOnlyAdmin):
    """Pipelines by name."""

    view_roles: ClassVar = READERS
    change_list_template = "transform/pipelines.html"
    list_display = ("called", "description", "in_use", "versions_made", "by", "created")
    search_fields = ("name", "description")
    empty_list = "A pipeline says what is done to the items of a batch. Without one, no batch is taken."

    def page_of(self, obj: Model) -> str:
        return address(obj) if isinstance(obj, Pipeline) else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pipeline]:
        return queries.pipelines().annotate(made=Count("versions"))

    @admin.display(description="name", ordering="name")
    def called(self, pipeline: Pipeline) -> SafeString:
        tag = format_html(' <span class="tag">{}</span>', "default") if pipeline.is_default else ""
        return format_html('<span class="id">{}</span>{}', pipeline.name, tag)

    @admin.display(description="version in use")
    def in_use(self, pipeline: Pipeline) -> SafeString:
        return figures.number(figures.count(getattr(pipeline, "active_number", None)))

    @admin.display(description="versions")
    def versions_made(self, pipeline: Pipeline) -> SafeString:
        return figures.number(figures.count(getattr(pipeline, "made", None)))

    @admin.display(description="made by")
    def by(self, pipeline: Pipeline) -> str:
        return str(pipeline.created_by or "system")

    @admin.display(description="made", ordering="created_at")
    def created(self, pipeline: Pipeline) -> SafeString | str:
        return figures.ago(pipeline.created_at)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context: dict[str, Any] = {"keeps": holds(request, PIPELINE_KEEPERS), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("new/", composing.new, "pipeline_new"),
            ("<slug:name>/page/", views.show, "pipeline"),
            ("<slug:name>/new-version/", composing.new_version, "pipeline_version_new"),
            ("<slug:name>/try/", views.try_out, "pipeline_try"),
            ("<slug:name>/activate/<int:number>/", views.activate, "pipeline_activate"),
            ("<slug:name>/<slug:verb>/move/", views.move, "pipeline_move"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
