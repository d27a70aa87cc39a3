"""Everything a batch's page shows."""

from typing import Any

from django.http import HttpRequest

from batches.monthend.admin.card import card
from batches.monthend.admin.checklist import checklist
from batches.monthend.admin.dialogs import DIALOGS, OPERATORS
from batches.monthend.admin.timeline import timeline
from batches.monthend.models import MonthEndBatch, MonthEndCertificate
from batches.monthend.queries.report import report
from batches.monthend.queries.workers import workers
from batches.monthend.states import RUNNING, Status, WorkerStatus
from project.access.models import AuditEntry
from project.access.roles import Role
from project.console.dialogs import Dialog
from project.console.people import holds

SHOWN = 20
AUDITORS = frozenset({Role.AUDITOR})
ORDER = {"FAILED": 0, "RUNNING": 1, "ASSIGNED": 2, "COMPLETED": 3}


def moving(request: HttpRequest, batch: MonthEndBatch) -> dict[str, Any]:
    """The parts of the page that change while the batch runs."""
    seen = card(batch)
    return {
        **seen,
        "buttons": buttons(request, seen["moves"]),
        "timeline": timeline(batch),
        "workers": worker_rows(request, batch),
        "layers": checklist(batch),
    }


def standing(request: HttpRequest, batch: MonthEndBatch) -> dict[str, Any]:
    """The parts that are written once: report, certificate, and for auditors the audit trail."""
    reported = batch.expected_amount is not None and batch.status not in RUNNING
    document = report(batch) if reported else None
    balance = document["trial_balance"] if document else []
    return {
        "report": document,
        "totals": {side: sum(row[side] for row in balance) for side in ("debit", "credit")},
        "certificate": MonthEndCertificate.objects.filter(batch=batch).first(),
        "reversal": MonthEndBatch.objects.filter(reverses=batch).first(),
        "audits": holds(request, AUDITORS),
        "audit": AuditEntry.objects.filter(target=batch.batch_id)[:SHOWN],
    }


def buttons(request: HttpRequest, moves: list[str]) -> list[Dialog[MonthEndBatch]]:
    """The moves that are legal now and that this person's roles allow."""
    return [DIALOGS[move] for move in moves if holds(request, DIALOGS[move].roles)]


def worker_rows(request: HttpRequest, batch: MonthEndBatch) -> dict[str, Any]:
    """The workers, those that need a look first; all of them when asked for."""
    found = workers(batch)["workers"]
    may_restart = holds(request, OPERATORS) and batch.status in {Status.PROCESSING, Status.FAILED}
    for worker in found:
        worker["restartable"] = may_restart and _restartable(batch, worker)
    found.sort(key=lambda worker: (ORDER[worker["status"]], worker["worker_id"]))
    everyone = request.GET.get("workers") == "all"
    shown = found if everyone else found[:SHOWN]
    news = any(worker["status"] != WorkerStatus.COMPLETED for worker in found)
    return {"rows": shown, "total": len(found), "hidden": len(found) - len(shown), "open": news or everyone}


def _restartable(batch: MonthEndBatch, worker: dict[str, Any]) -> bool:
    if batch.status == Status.FAILED:
        return worker["status"] == "FAILED" and not worker["replacement_worker_id"]
    return bool(worker["status"] == "RUNNING")
