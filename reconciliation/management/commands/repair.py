"""`manage.py repair [MISMATCH... | --job ID | --table T] --reason WHY [--dry-run --deletes --budget 60s --json]`"""

import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser

from project.api.errors import InvalidRequest
from project.commands import ExitCode, ProductCommand, stop_signal
from reconciliation.management import following
from reconciliation.management.following import Show
from reconciliation.queries.chosen import identifier
from reconciliation.services.repair.many import Tally, previews
from reconciliation.services.repair.orders import BUDGET_SECONDS, JOB_KEY, Order, stop, submit
from reconciliation.services.repair.plan import Plan
from reconciliation.services.repair.selection import Selection
from workers.models import FINAL_STATES, Execution, JobState
from workers.queries.job_details import job_detail

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def budget(text: str) -> float:
    """Seconds of `90`, `60s`, `5m`, `1h`."""
    number, unit = (text[:-1], text[-1:]) if text[-1:] in UNITS else (text, "s")
    try:
        return float(number) * UNITS[unit]
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no length of time. Write it as 90, 60s, 5m or 1h.") from None


class Command(ProductCommand):
    help = "Make rows of targets like their sources', from fresh reads. Exits 1 when something was refused."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("mismatches", nargs="*", default=[], metavar="MISMATCH", help="ids")
        which.add_argument("--job", help="open mismatches that this job saw")
        which.add_argument("--table", help="open mismatches of this table")
        parser.add_argument("--reason", required=True, help="stays with each repair")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        parser.add_argument("--deletes", action="store_true", help="delete rows too, where the mapping allows it")
        parser.add_argument("--budget", type=budget, default=BUDGET_SECONDS, help="90, 60s, 5m or 1h; then it ends")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        order = Order(
            selection=selection(options),
            budget_seconds=options["budget"],
            may_delete=options["deletes"],
            actor=None,
            reason=options["reason"],
        )
        refused = self._preview(order, options) if options["dry_run"] else self._repair(order, options)
        if refused:
            sys.exit(ExitCode.DIFFERENCES)

    def _preview(self, order: Order, options: dict[str, Any]) -> int:
        plans = [shown(plan) for plan in previews(order)]
        refused = sum(bool(plan["refused"]) for plan in plans)
        if options["json"]:
            self.stdout.write(json.dumps({"dry_run": True, "repairs": plans, "refused": refused}, default=str))
        else:
            for plan in plans:
                self.stdout.write(f"{plan['row']}  {plan['action'] or 'nothing'}  {plan['told']}")
            self.stdout.write(f"Dry run: {len(plans) - refused:,} would be repaired, {refused:,} refused.")
        return refused

    def _repair(self, order: Order, options: dict[str, Any]) -> int:
        count = order.selection.count()
        execution = submit(order)
        with stop_signal() as stopped, following.workers():
            if not following.wait(_step(execution, count), stop=stopped, quiet=options["json"]):
                stop(execution_id=execution.pk, actor=None, reason="The command was stopped.")
                following.leave("Stopped after the row at hand; what is repaired stays repaired.")
        return self._tell(_ended(execution), options)

    def _tell(self, tally: Tally, options: dict[str, Any]) -> int:
        if options["json"]:
            self.stdout.write(json.dumps({"dry_run": False, **tally.document()}))
        else:
            for reason in tally.reasons:
                self.stdout.write(reason)
            late = " The time was over: run it again for the rest." if tally.out_of_time else ""
            self.stdout.write(f"{tally.applied:,} repaired, {tally.refused:,} refused, in {tally.seconds:.1f} s.{late}")
        return tally.refused


def selection(options: dict[str, Any]) -> Selection:
    """What the arguments name. Raises `InvalidRequest` for none, and for what is no id."""
    for name in (*options["mismatches"], *([options["job"]] if options["job"] else [])):
        if identifier(name) is None:
            raise InvalidRequest.field("id", f"{name!r} is no id of a mismatch or a job.")
    if options["mismatches"]:
        return Selection(ids=tuple(options["mismatches"]))
    if not (options["job"] or options["table"]):
        raise InvalidRequest.field("selection", "name mismatches, a --job or a --table.")
    return Selection(filters={name: options[name] for name in ("job", "table") if options[name]})


def shown(plan: Plan) -> dict[str, Any]:
    """A plan for a terminal or as JSON."""
    told = " ".join(plan.refused) or ", ".join(plan.written)
    return {
        "mismatch_id": str(plan.mismatch.pk),
        "row": f"{plan.mismatch.table_name} / {plan.mismatch.primary_key_value}",
        "action": plan.action,
        "columns": list(plan.written),
        "refused": list(plan.refused),
        "told": told,
    }


def _step(execution: Execution, count: int) -> Callable[[Show], bool]:
    """Shows how far it is, as its checkpoint says."""

    def step(show: Show) -> bool:
        job = job_detail(execution.pk, JOB_KEY)
        tally = Tally.of(job.checkpoint.data if job.checkpoint else None)
        show("repair", job.row.state, tally.applied + tally.refused, count)
        return job.row.state in FINAL_STATES

    return step


def _ended(execution: Execution) -> Tally:
    """What it came to; ends the command with the error when it failed."""
    job = job_detail(execution.pk, JOB_KEY)
    if job.row.state != JobState.COMPLETED:
        following.leave(f"The repair {job.row.state}: {job.row.error or 'no reason is known'}")
    return Tally.of(job.output)
