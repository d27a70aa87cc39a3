"""Watching a batch from a terminal until it ends."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from batches.monthend.models import MonthEndBatch
from batches.monthend.queries import progress as measured
from batches.monthend.states import FINAL, Phase, Status
from project.commands import ExitCode
from workers.queries import slots_alive

EVERY_SECONDS = 0.25
PATIENCE_SECONDS = 3.0

Show = Callable[[MonthEndBatch, measured.Progress], None]


def follow(batch: MonthEndBatch, *, stop: Event, quiet: bool = False) -> MonthEndBatch:
    """Show the batch's progress on stderr until it has ended or failed; returns it as it then is.

    Leaves with exit code 3 when asked to stop (the batch goes on) or when no worker is there to run it.
    """
    began = time.monotonic()
    with _display(quiet=quiet) as show:
        while True:
            batch = MonthEndBatch.objects.select_related("period", "reverses").get(pk=batch.pk)
            show(batch, measured.progress(batch))
            if ended(batch):
                return batch
            if stop.wait(EVERY_SECONDS):
                _leave(f"Stopped watching; {batch.batch_id} goes on. See its status, or abort it with abort_batch.")
            if time.monotonic() - began > PATIENCE_SECONDS and not slots_alive():
                _leave(f"No worker runs {batch.batch_id}. Start some with: manage.py run_workers")


def ended(batch: MonthEndBatch) -> bool:
    """Whether nothing more will happen by itself; a committed batch still has its report to write."""
    if batch.status in {Status.COMMITTED, Status.DRY_RUN_COMPLETED}:
        return batch.phase == Phase.DONE
    return batch.status in FINAL or batch.status == Status.FAILED


def _leave(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.exit(ExitCode.INFRASTRUCTURE)


@contextmanager
def _display(*, quiet: bool) -> Iterator[Show]:
    """A live bar on a terminal, a line for each phase elsewhere, nothing when quiet."""
    console = Console(stderr=True)
    if quiet:
        yield lambda _batch, _done: None
    elif console.is_terminal:
        with Progress(
            TextColumn("{task.fields[batch]}  {task.fields[phase]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            console=console,
        ) as bars:
            yield _bar(bars)
    else:
        yield _lines()


def _bar(bars: Progress) -> Show:
    task = bars.add_task("close", total=None, batch="", phase="", rate="")

    def show(batch: MonthEndBatch, done: measured.Progress) -> None:
        rate = f"{done.current:,.0f}/s" if done.current else ""
        bars.update(
            task, completed=done.processed, total=done.total, batch=batch.batch_id, phase=_phase(batch), rate=rate
        )

    return show


def _lines() -> Show:
    seen: list[str] = []

    def show(batch: MonthEndBatch, done: measured.Progress) -> None:
        phase = _phase(batch)
        if phase not in seen[-1:]:
            seen.append(phase)
            sys.stderr.write(f"{batch.batch_id}  {phase}  {done.processed:,} of {done.total:,}\n")

    return show


def _phase(batch: MonthEndBatch) -> str:
    name = batch.phase if batch.status not in FINAL and batch.status != Status.FAILED else batch.status
    return name.lower().replace("_", " ")
