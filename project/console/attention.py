"""What needs a person now: one line each, with the place or the command that mends it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from batches.ledger.models import AccountingPeriod, PeriodStatus, TransactionImport
from batches.monthend.models import MonthEndBatch
from batches.monthend.states import Status
from project.access.models import ApiKey
from project.access.roles import Role
from project.console.navigation import changelist
from project.console.people import holds
from project.console.states import BAD, WARN
from project.postgres import routines, sql
from reconciliation import drift
from reconciliation.admin.card import bounded
from reconciliation.drift import Severity
from reconciliation.queries import standing
from reconciliation.queries.chosen import Chosen
from reconciliation.states import JobStatus
from workers.models import Schedule
from workers.queries.health import Code, warnings
from workers.queries.queue_states import pauses

SOON = timedelta(days=7)
RECENT = timedelta(days=1)
SHOWN = 3  # of a kind: what comes after is found behind the link
STOPS = frozenset({Code.NO_WORKER, Code.NO_CAPABLE_WORKER})
"""Warnings of work that does not move at all."""
SEEN_AT = {
    Code.SILENT_WORKER: "worker",
    Code.NO_CAPABLE_WORKER: "worker",
    Code.LONG_WAIT: "queue",
    Code.OLD_SNAPSHOT: "worker",  # of a handler: everybody else's has a command
}
"""Where warnings are mended that no command mends."""
SEES_KEYS = frozenset({Role.BATCH_ADMIN, Role.AUDITOR})


@dataclass(frozen=True)
class Row:
    """One thing to do. `moment` is shown beside the text; `address` or `command` is where it is mended."""

    tone: str
    text: str
    address: str = ""
    link: str = ""
    command: str = ""
    moment: datetime | None = None


def rows(request: HttpRequest) -> list[Row]:
    """Everything that needs somebody, the worst first."""
    found = [*_batches(), *_engine(), *_pauses(), *_schedules(), *_prerequisites(), *_imports(), *_routines()]
    found += _reconciliation()
    if holds(request, SEES_KEYS):
        found += _keys()
    return _worst_first(found)


def of_reconciliation() -> list[Row]:
    """What needs those who look after nothing else."""
    return _worst_first([*_reconciliation(), *_engine()])


def _worst_first(found: Iterable[Row]) -> list[Row]:
    return sorted(found, key=lambda row: row.tone != BAD)


def _batches() -> Iterator[Row]:
    for batch in MonthEndBatch.objects.filter(status=Status.FAILED):
        reason = f": {batch.reason}" if batch.reason else ""
        yield Row(
            BAD, f"Batch {batch} failed{reason}", reverse("admin:batch", args=[batch.batch_id]), "resume or abort"
        )


def _engine() -> Iterator[Row]:
    for warning in warnings():
        tone = BAD if warning.code in STOPS else WARN
        text = f"{warning.text} {warning.mend}"
        if warning.command:  # which stands beside the text: not twice where the text ends with it
            yield Row(tone, text.removesuffix(f" {warning.command}"), command=warning.command)
        else:
            place = SEEN_AT[warning.code]
            yield Row(tone, text, changelist(f"workers.{place}"), f"{place}s")


def _pauses() -> Iterator[Row]:
    for pause in pauses()[:SHOWN]:
        what = f"Queue {pause.queue} is" if pause.queue else "All queues are"
        text = f"{what} paused by {pause.by} ({pause.reason or 'no reason given'}), since"
        yield Row(WARN, text, changelist("workers.queue"), "queues", moment=pause.since)


def _schedules() -> Iterator[Row]:
    for schedule in Schedule.objects.filter(enabled=True, last_error__isnull=False)[:SHOWN]:
        text = f"The last run of schedule {schedule} was refused: {schedule.last_error}"
        yield Row(WARN, text, reverse("admin:schedule", args=[schedule.pk]), "schedule")


def _prerequisites() -> Iterator[Row]:
    """Of months that are over and still open: those of the running month may well be missing."""
    over = AccountingPeriod.objects.filter(status=PeriodStatus.OPEN, end_date__lt=timezone.localdate())
    for period in over.order_by("start_date")[:SHOWN]:
        missing = sql.routine_value("monthend.missing_prerequisites", period.pk)
        if missing:
            text = f"{period.code} can't close yet: {', '.join(missing)} not complete"
            yield Row(WARN, text, changelist("ledger.prerequisite", period=period.pk), "prerequisites")


def _imports() -> Iterator[Row]:
    recent = TransactionImport.objects.filter(started_at__gte=timezone.now() - RECENT, rows_rejected__gt=0)
    for found in recent[:SHOWN]:
        text = f"{found.rows_rejected:,} of {found.rows_read:,} lines of {Path(found.file_name).name} were rejected"
        address = changelist("ledger.importreject", import_of=found.pk)
        yield Row(WARN, text, address, "rejects", moment=found.started_at)


def _reconciliation() -> Iterator[Row]:
    """The last comparison of a table that failed or found too much, and mismatches that nobody has judged in long."""
    found = standing.tables()
    failed = [one.last for one in found if one.last and one.last.status == JobStatus.FAILED]
    for job in failed[:SHOWN]:
        address = reverse("admin:reconciliation_job", args=[job.pk])
        yield Row(BAD, f"The last comparison of {job.table_name} failed", address, "job", moment=job.completed_at)
    for table in [one for one in found if one.severity and one.ended][:SHOWN]:
        assert table.ended is not None
        tone = BAD if table.severity == Severity.CRITICAL else WARN
        text = f"Drift of {table.name} is {drift.words(table.drift)}: {str(table.severity).lower()}"
        address = reverse("admin:reconciliation_job", args=[table.ended.pk])
        yield Row(tone, text, address, "job", moment=table.ended.completed_at)
    old = Chosen(age="older")
    count = old.rows().order_by()[: standing.COUNTED + 1].count()
    if count:
        address = f"{changelist('reconciliation.mismatch')}?{old.query()}"
        said = "1 mismatch is" if count == 1 else f"{bounded(count)} mismatches are"
        yield Row(WARN, f"{said} open for more than 30 days", address, "mismatches")


def _keys() -> Iterator[Row]:
    now = timezone.now()
    ending = ApiKey.objects.filter(revoked_at=None, expires_at__gt=now, expires_at__lt=now + SOON)
    for key in ending.order_by("expires_at")[:SHOWN]:
        yield Row(WARN, f"API key “{key.name}” expires", changelist("access.apikey"), "keys", moment=key.expires_at)


def _routines() -> Iterator[Row]:
    states = [state for state in routines.states() if state.status != routines.Status.INSTALLED]
    if states:
        text = f"{len(states)} SQL routines differ from their files"
        yield Row(BAD, text, command="manage.py routines install")
