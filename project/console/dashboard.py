"""The first page: is everything all right, is it going well, and when is it done?"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from psycopg import sql as compose

from batches.ledger.models import AccountingPeriod, TransactionSource
from batches.monthend.admin.card import card
from batches.monthend.admin.dialogs import ADMINS
from batches.monthend.admin.forms import TAKES_ENTRIES
from batches.monthend.admin.page import buttons
from batches.monthend.models import MonthEndBatch
from batches.monthend.queries.batches import running
from batches.monthend.states import Status
from project.access.roles import ALL_READERS
from project.console import attention, engine
from project.console.navigation import changelist
from project.console.pages import fragment
from project.console.people import holds
from project.postgres import sql
from reconciliation.admin.card import card as reconciliation
from reconciliation.roles import VIEWERS

RECENT = 8


@dataclass(frozen=True)
class NextStep:
    """What a person does first when nothing runs: a button, or a command to paste."""

    text: str
    address: str = ""
    link: str = ""
    command: str = ""


def context(request: HttpRequest) -> dict[str, Any]:
    """What the dashboard shows this person; without a reader's role no more than that it is empty."""
    if not holds(request, ALL_READERS):
        return _of_reconciliation(request)
    batch = running()
    jobs = engine.figures()
    shown = card(batch) if batch else None
    return {
        "reader": True,
        "card": shown,
        "buttons": buttons(request, shown["moves"]) if shown else [],
        "recent": MonthEndBatch.objects.select_related("period", "initiated_by")[:RECENT],
        "engine": jobs,
        "attention": attention.rows(request),
        "reconciliation": reconciliation(),
        "next_step": None if batch else next_step(request),
        "now": timezone.now(),
        "live": bool(shown and shown["live"]),
    }


def _of_reconciliation(request: HttpRequest) -> dict[str, Any]:
    """What those see who read nothing but reconciliation; others nothing."""
    if not holds(request, VIEWERS):
        return {"reader": False}
    shown = {"reconciliation": reconciliation(), "attention": attention.of_reconciliation()}
    return {"reader": False, "reconciler": True, **shown}


def live(request: HttpRequest) -> TemplateResponse:
    """The dashboard's content alone, for its refresh."""
    return fragment(request, "console/dashboard.html", context(request))


def next_step(request: HttpRequest) -> NextStep:
    """From an empty database to a month that can be closed."""
    period = _first_unposted()
    if period is None:
        return _nothing_to_post()
    if not any(_has_rows(source) for source in TransactionSource.objects.filter(active=True)):
        return NextStep(
            "There are no transactions yet. Bring in a file of them.",
            command="manage.py import_transactions premiums premiums.csv.gz",
        )
    missing = sql.routine_value("monthend.missing_prerequisites", period.pk)
    if missing:
        text = f"{period.code} is open. To close it, complete {', '.join(missing)} first."
        return NextStep(text, changelist("ledger.prerequisite", period=period.pk), "Prerequisites")
    if not holds(request, ADMINS):
        return NextStep(f"{period.code} is open and can be closed by an administrator of batches.")
    return NextStep(
        f"{period.code} can be closed.", f"{reverse('admin:batch_start')}?period={period.code}", "Close it…"
    )


def _first_unposted() -> AccountingPeriod | None:
    """The earliest month that takes entries and has no committed batch."""
    posted = MonthEndBatch.objects.filter(status=Status.COMMITTED, reverses=None).values("period")
    takes = AccountingPeriod.objects.filter(status__in=TAKES_ENTRIES)
    return takes.exclude(pk__in=posted).order_by("start_date").first()


def _nothing_to_post() -> NextStep:
    posted = AccountingPeriod.objects.filter(status__in=TAKES_ENTRIES).order_by("start_date").first()
    if posted is None:
        return NextStep("No accounting period is open. Make one.", command="manage.py period open 2025-01")
    text = f"{posted.code} is posted and still takes late transactions. Close the period, or open the next one."
    return NextStep(text, changelist("ledger.accountingperiod"), "Periods")


def _has_rows(source: TransactionSource) -> bool:
    relation = compose.Identifier(*source.relation.split("."))
    return bool(sql.value(compose.SQL("SELECT EXISTS (SELECT FROM {})").format(relation).as_string()))
