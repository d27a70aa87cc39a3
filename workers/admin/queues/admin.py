"""The list of queues, and the addresses of a queue's own pages."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from project.console.admin import ReadOnlyAdmin
from workers.admin.queues import views
from workers.models import Queue

View = Callable[..., HttpResponse]


@admin.register(Queue)
class QueueAdmin(ReadOnlyAdmin):
    """Few enough to stand on one page, which takes the place of Django's list."""

    def page_of(self, obj: Model) -> str:
        return views.address(obj.pk)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return views.show_all(request)

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("live/", views.live_all, "queues_live"),
            ("<slug:verb>/all/", views.move_all, "queues_move"),
            ("<int:pk>/page/", views.show, "queue"),
            ("<int:pk>/live/", views.live, "queue_live"),
            ("<int:pk>/<slug:verb>/move/", views.move, "queue_move"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
