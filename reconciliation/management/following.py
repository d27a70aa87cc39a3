"""Watching jobs of the engine from a terminal until they end, with workers of our own where none is up."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import NoReturn

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from project.commands import ExitCode
from workers.queries import slots_alive
from workers.runtime import Runtime

EVERY_SECONDS = 0.25
OWN_SLOTS = 4

Show = Callable[[str, str, int, int | None], None]
"""Called with a name, a word for its state, how much is done, and of how much."""


@contextmanager
def workers() -> Iterator[None]:
    """Someone to run the jobs: the workers that are up, else a few in this process for as long as it takes."""
    if slots_alive():
        yield
        return
    sys.stderr.write("No worker is up: this command runs the jobs itself.\n")
    runtime = Runtime(slots=OWN_SLOTS, poll_seconds=EVERY_SECONDS).start()
    try:
        yield
    finally:
        runtime.stop()


def wait(step: Callable[[Show], bool], *, stop: Event, quiet: bool) -> bool:
    """Calls `step` again and again until it says that all is over; False when asked to stop before that."""
    with _display(quiet=quiet) as show:
        while not step(show):
            if stop.wait(EVERY_SECONDS):
                return False
    return True


def leave(message: str) -> NoReturn:
    """Ends the command as one that was stopped."""
    sys.stderr.write(f"{message}\n")
    sys.exit(ExitCode.INFRASTRUCTURE)


@contextmanager
def _display(*, quiet: bool) -> Iterator[Show]:
    """A live bar each on a terminal, a line for each change of state elsewhere, nothing when quiet."""
    console = Console(stderr=True)
    if quiet:
        yield lambda _name, _state, _done, _total: None
    elif console.is_terminal:
        with Progress(
            TextColumn("{task.description}  {task.fields[state]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        ) as bars:
            yield _bars(bars)
    else:
        yield _lines()


def _bars(bars: Progress) -> Show:
    known: dict[str, int] = {}

    def show(name: str, state: str, done: int, total: int | None) -> None:
        if name not in known:
            known[name] = bars.add_task(name, total=None, state="")
        bars.update(known[name], completed=done, total=total, state=state)  # type: ignore[arg-type]

    return show


def _lines() -> Show:
    seen: dict[str, str] = {}

    def show(name: str, state: str, done: int, total: int | None) -> None:
        if seen.get(name) != state:
            seen[name] = state
            sys.stderr.write(f"{name}  {state}  {done:,}{'' if total is None else f' of {total:,}'}\n")

    return show
