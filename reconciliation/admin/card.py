"""Reconciliation at a glance, for the dashboard: open mismatches, and the drift of each table."""

from typing import Any

from reconciliation import drift
from reconciliation.admin.jobs.drifting import OK
from reconciliation.queries.standing import COUNTED, Table, not_looked_at, open_mismatches, tables
from reconciliation.states import JobStatus, MismatchType

SHOWN = 6
KINDS = {
    MismatchType.MISSING_IN_POSTGRES: "missing in the target",
    MismatchType.MISSING_IN_CASSANDRA: "missing in the source",
    MismatchType.DATA_MISMATCH: "different",
}


def card() -> dict[str, Any] | None:
    """What `reconciliation/card.html` shows; None while no table is mapped."""
    found = tables()
    if not found:
        return None
    pending = open_mismatches()
    return {
        "open": bounded(pending.total),
        "old": bounded(pending.old) if pending.old else "",
        "kinds": [(kind, words, bounded(pending.by_type[kind])) for kind, words in KINDS.items()],
        "tables": [_line(table) for table in found[:SHOWN]],
        "more": max(len(found) - SHOWN, 0),
        "looked_at": len(found),
        "not_looked_at": not_looked_at(),
    }


def bounded(count: int) -> str:
    """A count that went no further than it is shown: 10,000+."""
    return f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"


def _line(table: Table) -> dict[str, Any]:
    running = table.last is not None and table.last.status == JobStatus.RUNNING
    return {
        "name": table.name,
        "drift": drift.words(table.drift),
        "severity": "" if table.ended is None else str(table.severity or OK),
        "job": (table.ended or table.last),
        "at": table.ended.completed_at if table.ended else None,
        "running": running,
        "failed": table.last is not None and table.last.status == JobStatus.FAILED,
    }
