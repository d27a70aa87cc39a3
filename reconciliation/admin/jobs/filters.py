"""Which jobs the list shows."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from reconciliation.models import Mapping, ReconciliationJob


class JobTableFilter(admin.SimpleListFilter):
    """By table, of the mappings that there are."""

    title = "table"
    parameter_name = "table"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in Mapping.objects.order_by("name").values_list("name", flat=True)]

    def has_output(self) -> bool:
        return True  # with one table, or none, the address may name one all the same

    def queryset(self, request: HttpRequest, queryset: QuerySet[ReconciliationJob]) -> QuerySet[ReconciliationJob]:
        chosen = (self.value() or "").replace("\0", "")
        return queryset.filter(table_name=chosen) if chosen else queryset
