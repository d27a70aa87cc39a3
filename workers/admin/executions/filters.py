"""Which executions the list shows."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from project.postgres import sql
from workers.models import Execution

RECENT = 10_000
"""Executions whose workflows are offered: to look through all would cost more the longer the history is."""


class WorkflowFilter(admin.SimpleListFilter):
    """The workflows of late."""

    title = "workflow"
    parameter_name = "workflow"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(record["workflow"], record["workflow"]) for record in sql.rows(_WORKFLOWS, [RECENT])]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Execution]) -> QuerySet[Execution]:
        chosen = self.value()
        return queryset.filter(workflow=chosen) if chosen else queryset


_WORKFLOWS = """
SELECT DISTINCT r.workflow FROM (SELECT e.workflow FROM execution e ORDER BY e.id DESC LIMIT %s) r ORDER BY 1 LIMIT 100
"""
