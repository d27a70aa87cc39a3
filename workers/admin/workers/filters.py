"""Which workers the list shows."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from workers.models import Worker

STATUSES = ("idle", "busy", "active", "unhealthy")


class StatusFilter(admin.SimpleListFilter):
    """Those that are registered, unless asked otherwise: stopped ones are history."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*((status, status) for status in STATUSES), ("stopped", "stopped"), ("all", "all, stopped ones too")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": "registered"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Worker]) -> QuerySet[Worker]:
        chosen = self.value()
        if chosen == "all":
            return queryset
        if chosen == "stopped":
            return queryset.filter(stopped_at__isnull=False)
        registered = queryset.filter(stopped_at=None)
        if chosen in STATUSES:
            return registered.filter(Q(status=chosen))  # as the list's rows say it themselves
        return registered
