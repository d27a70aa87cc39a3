"""The filters of the list. Their names in the address are those of `Chosen`, which says what each means."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from reconciliation.models import Mapping, Mismatch
from reconciliation.queries import chosen
from reconciliation.states import MismatchType, Resolution


class ChosenFilter(admin.SimpleListFilter):
    """One field of `Chosen` beside the list."""

    def condition(self, value: str) -> Q:
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Mismatch]) -> QuerySet[Mismatch]:
        return queryset.filter(self.condition((self.value() or "").replace("\0", "")))


class TableFilter(ChosenFilter):
    """By table."""

    title = "table"
    parameter_name = "table"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in Mapping.objects.order_by("name").values_list("name", flat=True)]

    def has_output(self) -> bool:
        return True  # with one table, or none, the address may name one all the same

    def condition(self, value: str) -> Q:
        return chosen.of_table(value)


class TypeFilter(ChosenFilter):
    """By what differs."""

    title = "type"
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, kind.replace("_", " ")) for kind in MismatchType.values]

    def condition(self, value: str) -> Q:
        return chosen.of_type(value)


class StatusFilter(ChosenFilter):
    """By status; what is open unless something else is asked for."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*((state, state.replace("_", " ")) for state in Resolution.values), (chosen.ALL, "All")]

    def choices(self, changelist: Any) -> Any:
        """Without Django's own "All", which would be what is open."""
        yield from list(super().choices(changelist))[1:]

    def value(self) -> str:
        return super().value() or Resolution.PENDING

    def condition(self, value: str) -> Q:
        return chosen.of_status(value)


class AgeFilter(ChosenFilter):
    """By when it was first seen."""

    title = "age"
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(age.name, age.title) for age in chosen.AGES]

    def condition(self, value: str) -> Q:
        return chosen.of_age(value, timezone.now())


class JobFilter(ChosenFilter):
    """By a job that saw it, which the job's page leads to."""

    title = "job"
    parameter_name = "job"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        job = request.GET.get("job", "")
        return [(job, job[:8])] if job else []

    def condition(self, value: str) -> Q:
        return chosen.of_job(value)
