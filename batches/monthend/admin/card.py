"""A batch at a glance: its steps, counts, rates and ranges. The dashboard and the batch's own page show it."""

from dataclasses import dataclass
from typing import Any

from batches.monthend.models import MonthEndBatch
from batches.monthend.queries.batches import legal_moves
from batches.monthend.queries.progress import series
from batches.monthend.queries.status import status
from batches.monthend.states import FINAL, RUNNING, Phase, Status
from project.postgres import sql

DONE, NOW, TODO, FAILED, SKIPPED = "done", "now", "todo", "failed", "skipped"
MARKS = {DONE: "✓", NOW: "●", TODO: "○", FAILED: "✕", SKIPPED: "·"}
SPOKEN = {DONE: "done", NOW: "in progress", TODO: "to come", FAILED: "stopped here", SKIPPED: "left out"}
CELLS = {"done": "■", "running": "▣", "waiting": "□", "failed": "✕"}


@dataclass(frozen=True)
class Step:
    """One step of the rail."""

    name: str
    state: str
    note: str = ""

    @property
    def mark(self) -> str:
        return MARKS[self.state]

    @property
    def spoken(self) -> str:
        return SPOKEN[self.state]


def card(batch: MonthEndBatch) -> dict[str, Any]:
    """What `monthend/card.html` shows."""
    document = status(batch)
    ranges = grid(batch)
    rail = steps(batch, document)
    return {
        "batch": batch,
        "status": document,
        "steps": rail,
        "at": next((index for index, step in enumerate(rail, 1) if step.state in {NOW, FAILED}), None),
        "ranges": ranges,
        "summary": summary(ranges),
        "series": series(batch, points=min(max(document["progress"]["processed_transactions"] // 100_000, 8), 60)),
        "moves": legal_moves(batch),
        "live": batch.status in RUNNING or batch.status == Status.ABORTING or batch.phase == Phase.REPORT,
    }


def steps(batch: MonthEndBatch, document: dict[str, Any]) -> list[Step]:
    """Pre-flight, plan, post, validate, commit, report, each with where it stands."""
    reached = _reached(batch, document)
    names = ["pre-flight", "plan", "post", "validate", "commit", "report"]
    stopped = batch.status in {Status.FAILED, Status.ABORTING, Status.ABORTED}
    rail = [Step(name, _state(index, reached, stopped=stopped)) for index, name in enumerate(names)]
    if rail[2].state in {NOW, FAILED}:
        rail[2] = Step("post", rail[2].state, f"{document['progress']['percentage']} %")
    if batch.dry_run:
        rail[4] = Step("commit", SKIPPED, "dry run")
    return rail


def _reached(batch: MonthEndBatch, document: dict[str, Any]) -> int:
    """How many steps are behind the batch."""
    if batch.phase == Phase.DONE and batch.status in FINAL and batch.status != Status.ABORTED:
        return 6
    behind = {Status.COMMITTED: 5, Status.REVERSED: 6}.get(Status(batch.status))
    if behind is not None:
        return behind
    if document["validation"]["pre_commit"] == "PASSED":
        return 4
    counts = document["progress"]
    planned = batch.expected_amount is not None
    if batch.posted_at or (planned and counts["processed_transactions"] >= counts["total_transactions"]):
        return 3
    if planned:
        return 2
    # the phase of the plan shows only once the plan is written, the verdicts before it show at once
    return 1 if batch.phase == Phase.PLANNING or document["validation"]["pre_flight"] == "PASSED" else 0


def _state(index: int, reached: int, *, stopped: bool) -> str:
    if index < reached:
        return DONE
    if index == reached:
        return FAILED if stopped else NOW
    return TODO


def grid(batch: MonthEndBatch) -> list[dict[str, Any]]:
    """The ranges in order, each with its state, share done, worker and attempts."""
    found = sql.rows(RANGES, [batch.pk])
    for cell in found:
        cell["state"] = _cell_state(cell)
        cell["mark"] = CELLS[cell["state"]]
        cell["percentage"] = round(100 * cell["posted"] / cell["transactions"]) if cell["transactions"] else 100
    return found


def _cell_state(cell: dict[str, Any]) -> str:
    if cell["posted"] >= cell["transactions"]:
        return "done"
    return {"RUNNING": "running", "FAILED": "failed"}.get(cell["status"] or "", "waiting")


def summary(ranges: list[dict[str, Any]]) -> dict[str, int]:
    """How many ranges are in which state, and how many of them go on under a replacement."""
    counts = {state: sum(cell["state"] == state for cell in ranges) for state in CELLS}
    replaced = sum(cell["attempts"] > 1 and cell["state"] != "failed" for cell in ranges)
    return {**counts, "total": len(ranges), "replaced": replaced}


RANGES = """
SELECT r.number, r.transactions, r.posted_transactions AS posted, r.validated_at IS NOT NULL AS proved,
  w.worker_id, w.status, coalesce(w.attempts, 0)::int AS attempts
FROM month_end_range r
LEFT JOIN LATERAL (
  SELECT max(m.worker_id) AS worker_id, count(*) AS attempts,
    (array_agg(m.status ORDER BY m.worker_id DESC))[1] AS status
  FROM month_end_worker m WHERE m.batch_id = r.batch_id AND m.range_number = r.number) w ON true
WHERE r.batch_id = %s ORDER BY r.number
"""
