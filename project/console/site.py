"""The console's site: who may enter, and what its first page shows."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import path
from unfold.sites import UnfoldAdminSite

from project.console.people import held_roles


class ConsoleSite(UnfoldAdminSite):
    """Open to staff who have a role; what they see there is up to each page."""

    index_title = "Dashboard"
    site_title = site_header = "Tutup"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(held_roles(request))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from project.console import dashboard

        return super().index(request, {**dashboard.context(request), **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        from project.console import dashboard

        return [path("live/", self.admin_view(dashboard.live), name="live"), *super().get_urls()]
