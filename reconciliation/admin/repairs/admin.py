"""The list of repairs. Each leads to its mismatch, which shows the row before and after."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from project.console import figures, states
from project.console.admin import ReadOnlyAdmin
from reconciliation.models import Repair
from reconciliation.roles import VIEWERS


@admin.register(Repair)
class RepairAdmin(ReadOnlyAdmin):
    """Done and refused, the newest first."""

    view_roles: ClassVar = VIEWERS
    list_display = ("row", "doing", "result", "who", "when", "note")
    list_filter = ("outcome", "action")
    list_select_related: ClassVar[list[str]] = ["mismatch", "actor"]
    empty_list = "A row of a target that was made like the source's, or why that was refused, stands here."
    empty_command = "manage.py repair --table orders --dry-run --reason '...'"

    def page_of(self, obj: Model) -> str:
        assert isinstance(obj, Repair)
        return reverse("admin:mismatch", args=[obj.mismatch_id])

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "mismatch__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="row")
    def row(self, repair: Repair) -> str:
        return str(repair.mismatch)

    @admin.display(description="action", ordering="action")
    def doing(self, repair: Repair) -> str:
        return repair.action

    @admin.display(description="outcome")
    def result(self, repair: Repair) -> SafeString | str:
        return states.badge(repair.outcome)

    @admin.display(description="by")
    def who(self, repair: Repair) -> str:
        return str(repair.actor or "system")

    @admin.display(description="when", ordering="at")
    def when(self, repair: Repair) -> SafeString | str:
        return figures.ago(repair.at)
