"""Where a benchmark runs: a PostgreSQL of its own with the product's settings, and the product's own processes."""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from project.postgres.embedded import EmbeddedServer
from project.processes import dies_with_parent

ROOT = Path(__file__).resolve().parent.parent
ANNOUNCEMENT = "Tutup is at "
STOP_SECONDS = 20.0


@contextmanager
def own_database(**settings: str) -> Iterator[EmbeddedServer]:
    """A fresh server in a temporary folder, Django set up on it and migrated; all of it is removed at the end.

    The settings are those of `project.postgres.embedded`, so every commit waits for the disk (fsync on), unless others
    are given. Ends itself
    on Ctrl-C and SIGTERM; while it cleans up, a second one is ignored.
    """
    signal.signal(signal.SIGTERM, _leave)
    server = EmbeddedServer(Path(tempfile.mkdtemp(prefix="tutup-benchmark-")), settings=settings)
    try:
        server.start()
        os.environ.update(_environment(server.ensure_database("benchmark")))
        _set_up()
        yield server
    finally:
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, signal.SIG_IGN)
        server.remove()


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _environment(url: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "API_ENV": "development",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": url,
        "LOG_LEVEL": "ERROR",  # the abort interrupts work, which workers log as warnings
    }


def _set_up() -> None:
    # settings are read when Django is imported, so only after the environment is complete
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


@contextmanager
def served(**settings: str) -> Iterator[str]:
    """`manage.py serve` without workers as a process of its own, in this environment and `settings`; gives its
    address."""
    with product(**settings) as (address, _):
        yield address


@contextmanager
def product(**settings: str) -> Iterator[tuple[str, int]]:
    """The same, with the id of its process."""
    command = [sys.executable, "-u", str(ROOT / "manage.py"), "serve", "--no-workers"]
    with announced(command, **settings) as served_by:
        yield served_by


@contextmanager
def announced(command: list[str], **settings: str) -> Iterator[tuple[str, int]]:
    """A server as a process of its own, which says its address as the product does; gives that and the process's id."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it must not outlive the benchmark
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        if not said.startswith(ANNOUNCEMENT):
            raise RuntimeError(f"{' '.join(command)} did not start; it said {said!r}.")
        yield said.removeprefix(ANNOUNCEMENT).split()[0], process.pid
    finally:
        process.terminate()
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.communicate(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
