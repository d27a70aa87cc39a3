"""The list of webhooks, and the addresses of a webhook's own pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from project.console import figures, states
from project.console.admin import ReadOnlyAdmin
from project.console.people import holds
from reconciliation.admin.webhooks import views, words
from reconciliation.models import WebhookSubscription
from reconciliation.queries import webhooks
from reconciliation.roles import KEEPERS, OPERATORS

View = Callable[..., HttpResponse]


@admin.register(WebhookSubscription)
class WebhookAdmin(ReadOnlyAdmin):
    """Webhooks by age, each with its last delivery."""

    view_roles: ClassVar = KEEPERS
    change_list_template = "reconciliation/webhooks.html"
    list_display = ("where", "events_told", "state", "last", "went", "made_by")
    list_filter = ("enabled",)
    search_fields = ("url",)
    empty_list = "A webhook tells an address when a comparison ends, fails or finds drift. Operators make one here."

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookSubscription]:
        return webhooks.with_last_delivery(webhooks.webhooks())

    def page_of(self, obj: Model) -> str:
        return views.address(obj) if isinstance(obj, WebhookSubscription) else ""

    @admin.display(description="address", ordering="url")
    def where(self, webhook: WebhookSubscription) -> str:
        return words.name(webhook)

    @admin.display(description="events")
    def events_told(self, webhook: WebhookSubscription) -> str:
        return ", ".join(words.events(webhook))

    @admin.display(description="state", ordering="enabled")
    def state(self, webhook: WebhookSubscription) -> SafeString | str:
        return states.badge(words.state(webhook))

    @admin.display(description="last delivery")
    def last(self, webhook: WebhookSubscription) -> SafeString | str:
        last = webhook.last_delivery  # type: ignore[attr-defined]  # annotated
        return figures.ago(last["created_at"]) if last else "none yet"

    @admin.display(description="how it went")
    def went(self, webhook: WebhookSubscription) -> SafeString | str:
        last = webhook.last_delivery  # type: ignore[attr-defined]  # annotated
        if not last:
            return figures.NOTHING
        return format_html("{} {}", states.badge(last["state"]), words.answer(last["response_status"], last["error"]))

    @admin.display(description="made by")
    def made_by(self, webhook: WebhookSubscription) -> str:
        return str(webhook.owner or "system")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context: dict[str, Any] = {"operates": holds(request, OPERATORS), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, View, str]] = [
            ("new/", views.create, "webhook_new"),
            ("<int:pk>/page/", views.show, "webhook"),
            ("<int:pk>/live/", views.live, "webhook_live"),
            ("<int:pk>/test/", views.test, "webhook_test"),
            ("<int:pk>/<slug:verb>/move/", views.move, "webhook_move"),
        ]
        own = [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages]
        return [*own, *super().get_urls()]
