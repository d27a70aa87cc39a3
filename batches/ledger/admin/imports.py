"""Imported files and the lines that were refused."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from batches.ledger.models import ImportReject, TransactionImport
from project.console import figures, states
from project.console.admin import ReadOnlyAdmin


@admin.register(TransactionImport)
class TransactionImportAdmin(ReadOnlyAdmin):
    """One row for each file, the newest first."""

    list_display = ("id", "file_name", "source", "state", "read", "imported", "skipped", "rejected", "began", "took")
    list_filter = ("status", "source")
    list_select_related: ClassVar[list[str]] = ["source"]
    search_fields = ("file_name",)
    readonly_fields = (
        "source", "file_name", "state", "read", "imported", "skipped", "rejected", "error", "started_at",
        "finished_at", "started_by",
    )  # fmt: skip
    fields = readonly_fields

    @admin.display(description="status", ordering="status")
    def state(self, record: TransactionImport) -> SafeString | str:
        return states.badge(record.status)

    @admin.display(description="read")
    def read(self, record: TransactionImport) -> SafeString:
        return figures.number(figures.count(record.rows_read))

    @admin.display(description="imported")
    def imported(self, record: TransactionImport) -> SafeString:
        return figures.number(figures.count(record.rows_imported))

    @admin.display(description="skipped")
    def skipped(self, record: TransactionImport) -> SafeString:
        return figures.number(figures.count(record.rows_skipped))

    @admin.display(description="rejected", ordering="rows_rejected")
    def rejected(self, record: TransactionImport) -> SafeString:
        shown = figures.number(figures.count(record.rows_rejected))
        if not record.rows_rejected:
            return shown
        address = reverse("admin:ledger_importreject_changelist")
        return format_html('<a href="{}?import_of__id__exact={}">{}</a>', address, record.pk, shown)

    @admin.display(description="started", ordering="started_at")
    def began(self, record: TransactionImport) -> SafeString | str:
        return figures.ago(record.started_at)

    @admin.display(description="took")
    def took(self, record: TransactionImport) -> SafeString:
        ended = record.finished_at
        return figures.number(figures.span((ended - record.started_at).total_seconds() if ended else None))


@admin.register(ImportReject)
class ImportRejectAdmin(ReadOnlyAdmin):
    """Refused lines: the column at fault, the reason, the line itself."""

    list_display = ("import_of", "line_number", "column_name", "reason", "beginning")
    list_filter = ("import_of__source",)
    list_select_related: ClassVar[list[str]] = ["import_of"]
    search_fields = ("reason", "column_name")
    search_help_text = "Reason or column"

    @admin.display(description="line")
    def beginning(self, reject: ImportReject) -> SafeString:
        return format_html("<code>{}</code>", reject.line[:200])

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        return lookup == "import_of__id__exact" or super().lookup_allowed(lookup, value, request)
