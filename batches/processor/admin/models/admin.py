"""The list of models, and the addresses of a model's own pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from batches.processor.admin import names  # noqa: F401  the addresses below need it
from batches.processor.admin.models import views
from batches.processor.models import InferenceModel
from batches.processor.roles import ADMINS, VIEWERS
from project.console import figures, states
from project.console.admin import ReadOnlyAdmin
from project.console.people import holds

View = Callable[..., HttpResponse]


@admin.register(InferenceModel)
class InferenceModelAdmin(ReadOnlyAdmin):
    """Models by name."""

    view_roles: ClassVar = VIEWERS
    change_list_template = "processor/models.html"
    list_display = ("called", "description", "stands_for", "warmth", "largest", "target", "made", "created")
    search_fields = ("name", "description")
    empty_list = "A model is what items are run through. Without one, no submission is taken."
    empty_command = "manage.py register_model FILE --name NAME --default"

    def page_of(self, obj: Model) -> str:
        return views.address(obj) if isinstance(obj, InferenceModel) else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[InferenceModel]:
        found = InferenceModel.objects.select_related("default_version").defer("default_version__file")
        return found.annotate(made=Count("versions"))

    @admin.display(description="name", ordering="name")
    def called(self, model: InferenceModel) -> SafeString:
        tag = format_html(' <span class="tag">{}</span>', "default") if model.is_default else ""
        return format_html('<span class="id">{}</span>{}', model.name, tag)

    @admin.display(description="stands for version")
    def stands_for(self, model: InferenceModel) -> str:
        return model.default_version.version if model.default_version else figures.NOTHING

    @admin.display(description="warm-up", ordering="warm_up")
    def warmth(self, model: InferenceModel) -> SafeString | str:
        if model.default_version is None:
            return figures.NOTHING
        return states.badge("warm at start" if model.warm_up else "cold at start")

    @admin.display(description="largest run", ordering="max_batch_size")
    def largest(self, model: InferenceModel) -> str:
        return "the processor's" if model.max_batch_size is None else f"{figures.count(model.max_batch_size)} items"

    @admin.display(description="target of a run", ordering="target_latency_ms")
    def target(self, model: InferenceModel) -> SafeString:
        return figures.number(figures.span(model.target_latency_ms / 1000))

    @admin.display(description="versions")
    def made(self, model: InferenceModel) -> SafeString:
        return figures.number(figures.count(getattr(model, "made", None)))

    @admin.display(description="registered", ordering="created_at")
    def created(self, model: InferenceModel) -> SafeString | str:
        return figures.ago(model.created_at)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context: dict[str, Any] = {"keeps": holds(request, ADMINS), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_urls(self) -> list[URLPattern]:
        one = "<processor_name:name>"
        pages: list[tuple[str, View, str]] = [
            ("register/", views.new, "inference_model_new"),
            (f"{one}/page/", views.show, "inference_model"),
            (f"{one}/<slug:verb>/move/", views.move, "inference_model_move"),
            (f"{one}/stand-for/<processor_name:version>/", views.stand, "inference_model_stand"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
