"""`manage.py reconcile [TABLE...] [--strategy --priority --no-wait --json]`"""

import json
import sys
from argparse import BooleanOptionalAction
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from project.commands import ExitCode, ProductCommand, stop_signal
from reconciliation import drift
from reconciliation.management import following
from reconciliation.management.following import Show
from reconciliation.models import ReconciliationJob
from reconciliation.queries import jobs as queries
from reconciliation.queries import pausing
from reconciliation.services.trigger import Triggered, trigger
from reconciliation.states import JobStatus, Priority, RangeState, Strategy

OPEN = (RangeState.PENDING, RangeState.FAILED)


class Command(ProductCommand):
    help = "Compare tables with their copies, in both directions. Exits 0 when they are equal, 1 when they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tables", nargs="*", metavar="TABLE", help="names of mappings; without any, all of them")
        parser.add_argument("--strategy", choices=Strategy.values, default=Strategy.CHECKSUM.value)
        parser.add_argument("--priority", choices=Priority.values, default=Priority.NORMAL.value)
        parser.add_argument(
            "--wait", action=BooleanOptionalAction, default=True, help="until they end; without it only start them"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        start = partial(trigger, strategy=Strategy(options["strategy"]), priority=Priority(options["priority"]))
        ids = [job.pk for job in start(tables=options["tables"]).jobs]
        if options["wait"]:
            self._wait(ids, start, quiet=options["json"])
        found = read(ids)
        others = [job for job in found if job.validation_strategy != options["strategy"]]
        if options["json"]:
            self.stdout.write(json.dumps({"jobs": [queries.document(job) for job in found]}, default=str))
        else:
            notes = {job.pk: f"; no comparison by {options['strategy']} was started" for job in others}
            self.stdout.write("\n".join(line(job, notes.get(job.pk, "")) for job in found))
        if others:
            sys.exit(ExitCode.INFRASTRUCTURE)
        if options["wait"] and (code := exit_code(found)):
            sys.exit(code)

    def _wait(self, ids: list[UUID], start: "partial[Triggered]", *, quiet: bool) -> None:
        """Until each table has been compared by the strategy asked for: in `ids`, the job takes the place of one that
        was joined and compared by another."""

        def step(show: Show) -> bool:
            found = read(ids)
            for place, job in enumerate(found):
                show(job.table_name, pausing.told(job) or job.status, *progress(job))
                if job.status != JobStatus.RUNNING and job.validation_strategy != start.keywords["strategy"]:
                    ids[place] = start(tables=[job.mapping.name]).jobs[0].pk
            return ids == [job.pk for job in found if job.status != JobStatus.RUNNING]

        with stop_signal() as stop, following.workers():
            if not following.wait(step, stop=stop, quiet=quiet):
                following.leave("Stopped watching; the comparisons go on as long as workers are up.")


def read(ids: Sequence[UUID]) -> list[ReconciliationJob]:
    """In the order of the tables asked for."""
    found = {job.pk: job for job in queries.jobs().filter(pk__in=ids)}
    return [found[pk] for pk in ids]


def progress(job: ReconciliationJob) -> tuple[int, int | None]:
    """Ranges that are done, of how many; what was split counts as its parts."""
    counts = queries.ranges(job)
    total = sum(counts.values()) - counts[RangeState.SPLIT]
    return total - sum(counts[state] for state in OPEN), total or None


def line(job: ReconciliationJob, other: str = "") -> str:
    """What a terminal is told of a job; `other` is said of one that compares by another strategy than was asked for."""
    if other:
        return f"{job.table_name}  {job.status}  {job.pk}  compares by {job.validation_strategy}{other}"
    if job.status == JobStatus.RUNNING:
        return f"{job.table_name}  RUNNING  {job.pk}"
    if job.status == JobStatus.FAILED:
        return f"{job.table_name}  FAILED  {_reason(job)}"
    seconds = (job.completed_at - job.started_at).total_seconds() if job.completed_at and job.started_at else 0.0
    return (
        f"{job.table_name}  COMPLETED  {_count(job.source_rows)} rows against {_count(job.target_rows)}, "
        f"{job.mismatch_count:,} mismatches{_kinds(job)}, drift {drift.words(drift.percent(job))}, in {seconds:.1f} s"
    )


def _count(rows: int | None) -> str:
    return "?" if rows is None else f"{rows:,}"


def _kinds(job: ReconciliationJob) -> str:
    if not job.mismatch_count:
        return ""
    return (
        f" ({job.missing_in_target:,} missing in the target, {job.missing_in_source:,} missing in the source, "
        f"{job.data_mismatches:,} different)"
    )


def _reason(job: ReconciliationJob) -> str:
    errors = job.validation_errors or []
    texts = [one.get("error", str(one)) if isinstance(one, dict) else str(one) for one in errors]
    more = f" (and {len(texts) - 1} more)" if len(texts) > 1 else ""
    return (texts[0] if texts else "without a reason") + more


def exit_code(jobs: Sequence[ReconciliationJob]) -> ExitCode:
    """A comparison that failed proved nothing: that outweighs differences."""
    if any(job.status != JobStatus.COMPLETED for job in jobs):
        return ExitCode.INFRASTRUCTURE
    return ExitCode.DIFFERENCES if any(job.mismatch_count for job in jobs) else ExitCode.CLEAN
