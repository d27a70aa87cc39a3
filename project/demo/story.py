"""The steps of the demo. Each finds out what is there and does only what is missing."""

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event

from django.core.management import call_command
from rich.console import Console

from batches.ledger import sample
from batches.ledger.services import periods, prerequisites
from batches.monthend import services as closing_services
from batches.monthend.following import follow
from batches.monthend.models import MonthEndBatch
from batches.monthend.printing import page
from batches.monthend.queries.report import report
from batches.monthend.states import BatchType, Status
from batches.processor.management.commands.register_model import register_sample
from project import serving
from project.commands import stop_signal
from project.demo import access, database, reconciling
from reconciliation.management.commands.reconcile import line
from workers.queries import slots_alive

CLAIM_SHARE = 10  # one transaction in ten is a claim
RANGES = 8
SLOTS = 2
PATIENCE_SECONDS = 60.0

console = Console(highlight=False)


def tell(*, folder: Path, month: str, transactions: int, port: int) -> None:
    """Prepare, close, show, serve until stopped."""
    database.ensure()
    _step("Tables and routines", lambda: call_command("migrate", verbosity=0))
    _step("Chart of accounts and posting rules", sample.load)
    _step(f"{transactions:,} transactions of {month}", lambda: database.fill(month, transactions, CLAIM_SHARE))
    _step("Sample model", register_sample)
    _step("Prerequisites of the month", lambda: _complete_prerequisites(month))
    with (
        ExitStack() as stack,
        closing(serving.listen("127.0.0.1", port)) as listener,
        serving.runtime_workers(processes=1, slots=SLOTS) as workers,
    ):
        _step("Workers", _wait_for_workers)
        batch = close(month)
        console.print(f"\n{page(batch, report(batch))}\n", markup=False, soft_wrap=True)
        _reconcile(folder, stack)
        given = access.grant(folder, url=serving.address(listener))
        console.print(access.page(folder, given, batch), markup=False, soft_wrap=True)
        serving.serve(listener, workers=workers)


def close(month: str) -> MonthEndBatch:
    """The month's closed batch: what an earlier run left is watched or resumed, else a new one is started."""
    batch = _latest(month)
    if batch is None:
        batch = _start(month)
    elif batch.status == Status.FAILED:
        batch = closing_services.resume_batch(batch=batch, actor=None)
    with stop_signal() as stop:
        batch = follow(batch, stop=stop)
        _leave_if(stop)
    return batch


def _reconcile(folder: Path, stack: ExitStack) -> None:
    """Compare customers with their copy; the source goes on until the demo ends."""
    with console.status("A source to compare with"):
        upstream = reconciling.source(folder, stack)
    _step(f"A table of {upstream} and its copy", lambda: reconciling.prepare(upstream))
    with console.status("Comparing"):
        job = reconciling.compare(upstream)
    console.print(f"\n{line(job)}\n", markup=False, soft_wrap=True)


def _latest(month: str) -> MonthEndBatch | None:
    found = MonthEndBatch.objects.filter(period__code=month, reverses=None, dry_run=False)
    return found.exclude(status=Status.ABORTED).order_by("pk").last()


def _start(month: str) -> MonthEndBatch:
    period = periods.get(month)
    return closing_services.initiate_batch(
        period_start=period.start_date,
        period_end=period.end_date,
        batch_type=BatchType.COMBINED,
        worker_count=RANGES,
        dry_run=False,
        actor=None,
    )


def _complete_prerequisites(month: str) -> None:
    period, _ = periods.ensure(month)
    prerequisites.complete(period=period, code=prerequisites.ALL, actor=None, note="demo")


def _wait_for_workers() -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not slots_alive():
        if time.monotonic() > deadline:
            raise TimeoutError("No worker came up: start one by hand with manage.py run_workers and read what it says.")
        time.sleep(0.05)


def _leave_if(stop: Event) -> None:
    if stop.is_set():
        raise SystemExit(0)


def _step(name: str, work: Callable[[], object]) -> None:
    started = time.monotonic()
    with console.status(name):
        work()
    console.print(f"[green]done[/green]  {name} ({time.monotonic() - started:.1f} s)")
