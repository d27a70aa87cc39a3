"""The addresses of a job's own pages. Jobs are found on their execution's page: there is no list of all of them."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from project.console.admin import ReadOnlyAdmin
from workers.admin.jobs import views
from workers.models import Job

View = Callable[..., HttpResponse]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs have pages, and their executions have the lists."""

    def page_of(self, obj: Model) -> str:
        return views.address(obj.pk)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(reverse("admin:workers_execution_changelist"))

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("<int:pk>/page/", views.show, "job"),
            ("<int:pk>/live/", views.live, "job_live"),
            ("<int:pk>/rerun/", views.rerun, "job_rerun"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
