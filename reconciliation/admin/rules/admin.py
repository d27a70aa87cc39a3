"""The list of ignore rules, and the addresses of a rule's own pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from project.console import figures, states
from project.console.admin import ReadOnlyAdmin
from project.console.people import holds
from reconciliation.admin.rules import views, words
from reconciliation.models import IgnoreRule
from reconciliation.roles import OPERATORS, VIEWERS

View = Callable[..., HttpResponse]


@admin.register(IgnoreRule)
class IgnoreRuleAdmin(ReadOnlyAdmin):
    """Rules by mapping."""

    view_roles: ClassVar = VIEWERS
    change_list_template = "reconciliation/rules.html"
    list_display = ("what", "mapping", "state", "reason", "met", "last_met", "ends", "made_by")
    list_filter = ("mapping", "enabled")
    list_select_related: ClassVar[list[str]] = ["mapping", "created_by"]
    search_fields = ("reason", "column")
    empty_list = "A rule says which differences are expected, so that nobody looks at them again and again."

    def page_of(self, obj: Model) -> str:
        return views.address(obj) if isinstance(obj, IgnoreRule) else ""

    @admin.display(description="leaves out")
    def what(self, rule: IgnoreRule) -> str:
        return words.what(rule)

    @admin.display(description="state")
    def state(self, rule: IgnoreRule) -> SafeString | str:
        return states.badge(words.state(rule))

    @admin.display(description="met", ordering="hits")
    def met(self, rule: IgnoreRule) -> SafeString:
        return figures.number(figures.count(rule.hits))

    @admin.display(description="last met", ordering="last_hit_at")
    def last_met(self, rule: IgnoreRule) -> SafeString | str:
        return figures.ago(rule.last_hit_at)

    @admin.display(description="ends", ordering="expires_at")
    def ends(self, rule: IgnoreRule) -> SafeString | str:
        return figures.ago(rule.expires_at) if rule.expires_at else "never"

    @admin.display(description="made by")
    def made_by(self, rule: IgnoreRule) -> str:
        return str(rule.created_by or "system")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context: dict[str, Any] = {"operates": holds(request, OPERATORS), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("new/", views.create, "ignore_rule_new"),
            ("<int:pk>/page/", views.show, "ignore_rule"),
            ("<int:pk>/<slug:verb>/move/", views.move, "ignore_rule_move"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
