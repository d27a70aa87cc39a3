"""The journal, to read: a list that never counts and never scans, whatever is asked of it."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import Error
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.http import urlencode

from batches.ledger import queries
from batches.ledger.admin.forms import JournalForm
from batches.ledger.models import JournalEntry, PeriodBalance
from batches.ledger.queries import EntryFilter
from project.api.errors import ApiError
from project.console import figures
from project.console.admin import ReadOnlyAdmin, refusal
from project.console.pages import page

ROWS = 50


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    """Pages by entry number. Django's own list would count thirty million rows before it showed fifty."""

    list_select_related: ClassVar[list[str]] = ["source_type", "fund", "debit_account", "credit_account"]
    fields = (
        "entry_number", "batch_id", "posting_date", "source_type", "source_id", "fund", "debit_account",
        "credit_account", "amount",
    )  # fmt: skip

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = JournalForm(request.GET)
        entries, following, status = _found(form, request.GET.get("after", ""))
        asked = {name: str(value) for name, value in request.GET.items() if value and name != "after"}
        address = f"?{urlencode({**asked, 'after': str(following)})}" if following is not None else ""
        context = {"form": form, "entries": entries, "next": address, "filtered": bool(asked), "title": "Journal"}
        return page(request, "ledger/journal.html", {**context, **(extra_context or {})}, status)


def _found(form: JournalForm, after: str) -> tuple[list[dict[str, Any]], int | None, int]:
    """The entries of a page, the number to go on from, and the status of the answer."""
    if not form.is_valid():
        return [], None, 400
    wanted = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
    start = int(after[:18]) if after.isascii() and after.isdigit() else 0
    try:
        entries, following = queries.journal_entries(EntryFilter(**wanted), after=start, limit=ROWS)
    except (ApiError, Error) as error:
        form.add_error(None, refusal(error))
        return [], None, error.status if isinstance(error, ApiError) else 409
    return entries, following, 200


@admin.register(PeriodBalance)
class PeriodBalanceAdmin(ReadOnlyAdmin):
    """What moved, by period, account and fund."""

    list_display = ("period", "account", "fund", "debits", "credits", "count")
    list_filter = ("period", "fund", "account")
    list_select_related: ClassVar[list[str]] = ["period", "account", "fund"]
    ordering = ("-period__start_date", "account__code", "fund__position")

    @admin.display(description="debit", ordering="debit")
    def debits(self, balance: PeriodBalance) -> str:
        return figures.number(figures.money(balance.debit))

    @admin.display(description="credit", ordering="credit")
    def credits(self, balance: PeriodBalance) -> str:
        return figures.number(figures.money(balance.credit))

    @admin.display(description="entries", ordering="entries")
    def count(self, balance: PeriodBalance) -> str:
        return figures.number(figures.count(balance.entries))
