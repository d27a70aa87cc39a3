"""The address of the processor's page: its settings are one row, so the list of them is that page."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from batches.processor.admin.dashboard import views
from batches.processor.models import ProcessorSetting
from batches.processor.roles import VIEWERS
from project.console.admin import ReadOnlyAdmin


@admin.register(ProcessorSetting)
class ProcessorAdmin(ReadOnlyAdmin):
    """How the processor does, and how it is configured."""

    view_roles: ClassVar = VIEWERS

    def page_of(self, obj: Model) -> str:
        return views.address(obj) if isinstance(obj, ProcessorSetting) else ""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return views.show(request)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("live/", self.admin_site.admin_view(views.live), name="processor_live"),
            path("configure/", self.admin_site.admin_view(views.configure), name="processor_configure"),
        ]
        return [*own, *super().get_urls()]
