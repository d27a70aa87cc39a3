"""What the management commands share: exit codes, a clean stop on SIGTERM, errors of the product as one line."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from project.api.errors import ApiError, Conflict, NotReady


class ExitCode(IntEnum):
    """How a command ended, for the shell."""

    CLEAN = 0
    DIFFERENCES = 1  # it ran, and found differences or something invalid
    USAGE = 2  # it was asked for what can't be
    INFRASTRUCTURE = 3  # the database is down, or the command was stopped


class ProductCommand(BaseCommand):
    """A command whose errors are one line on stderr and one of the exit codes."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run `handle`; an error of the product or of the database becomes a message and an exit code."""
        try:
            return super().execute(*args, **options)
        except ApiError as error:
            raise CommandError(error.message, returncode=int(_exit_code(error))) from error
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"The database: {error}".strip(), returncode=int(ExitCode.INFRASTRUCTURE)) from error


def _exit_code(error: ApiError) -> ExitCode:
    if error.status == NotReady.status:
        return ExitCode.INFRASTRUCTURE
    return ExitCode.DIFFERENCES if error.status == Conflict.status else ExitCode.USAGE


@contextmanager
def stop_signal() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; a long command looks at it between two steps and ends cleanly.

    Outside the main thread, where Python takes no signal handler, nothing sets it.
    """
    stop = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
