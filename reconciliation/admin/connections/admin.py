"""The list of connections, and the addresses of a connection's own pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from project.console.admin import ReadOnlyAdmin
from project.console.people import holds
from reconciliation.admin.connections import views
from reconciliation.models import Connection
from reconciliation.roles import OPERATORS, VIEWERS

View = Callable[..., HttpResponse]


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    """Connections by name."""

    view_roles: ClassVar = VIEWERS
    change_list_template = "reconciliation/connections.html"
    list_display = ("name", "kind", "where", "password_variable")
    list_filter = ("kind",)
    search_fields = ("name", "address")
    empty_list = "A connection says where tables are: a Cassandra cluster or a PostgreSQL server."
    empty_command = "manage.py mapping import mappings.yaml"

    def page_of(self, obj: Model) -> str:
        return views.address(obj) if isinstance(obj, Connection) else ""

    @admin.display(description="address", ordering="address")
    def where(self, connection: Connection) -> str:
        return connection.address or "the database of this installation"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context: dict[str, Any] = {"operates": holds(request, OPERATORS), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("new/", views.create, "connection_new"),
            ("<int:pk>/page/", views.show, "connection"),
            ("<int:pk>/test/", views.test, "connection_test"),
            ("<int:pk>/<slug:verb>/move/", views.move, "connection_move"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
