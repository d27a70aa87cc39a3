"""`manage.py run_workers` as a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from django.conf import settings

MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]


@contextmanager
def run_workers(*options: str, database_url: str | None = None) -> Iterator[psutil.Popen]:
    """Starts it in a session of its own; whatever is left of it afterwards is killed, and what it said shown."""
    environment = {**os.environ, "DATABASE_URL": database_url or os.environ["DATABASE_URL"]}
    process = psutil.Popen(
        [*MANAGE, "run_workers", *options], env=environment, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        for child in [*_children(process), process]:
            if child.is_running():
                child.kill()
        if not process.stderr.closed:
            sys.stderr.write(process.communicate()[1])


def _children(process: psutil.Popen) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def stop(process: psutil.Popen, seconds: float = 60.0) -> tuple[int, str]:
    """SIGTERM, then the exit code and what it said."""
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=seconds)
    return process.returncode, said
