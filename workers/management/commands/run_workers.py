"""Runs worker processes until SIGTERM or SIGINT."""

import json
import os
import signal
import sys
import threading
from argparse import ArgumentParser
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from project.processes import dies_with_parent
from workers.runtime import Runtime
from workers.runtime.registration import ALL_QUEUES
from workers.runtime.runtime import LEASE_SECONDS, STOP_SECONDS
from workers.runtime.supervisor import Supervisor
from workers.runtime.upkeep import Upkeep

log = structlog.get_logger("workers")

GRACE_SECONDS = 10.0  # for a child to report and leave after its handlers' time is over


class Command(BaseCommand):
    """The supervisor; with --child-of one of its children."""

    help = (
        "Runs jobs: N processes of N slots each. A process that dies is started again. SIGTERM and SIGINT stop them "
        "gracefully: nothing more is claimed, handlers are asked to stop, unfinished jobs go back to the queue."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--processes", type=int, default=1, help="how many worker processes (1)")
        parser.add_argument("--slots", type=int, default=4, help="jobs that each of them runs at once (4)")
        parser.add_argument("--queues", default=ALL_QUEUES, help="queues to serve, comma-separated (all)")
        parser.add_argument("--capabilities", default="", help="labels that jobs may require, comma-separated")
        parser.add_argument("--metadata", default="{}", help='facts that jobs may compare, as JSON: {"memoryGB": 32}')
        parser.add_argument("--lease-seconds", type=float, default=LEASE_SECONDS, help="lifetime of a claim (30)")
        parser.add_argument("--stop-seconds", type=float, default=STOP_SECONDS, help="time for handlers to stop (20)")
        parser.add_argument("--child-of", type=int, help="used by the supervisor for its children")

    def handle(self, **options: Any) -> None:
        _check(options)
        if options["child_of"] is not None:
            work(options["child_of"], options)
            return
        Supervisor(_child_command(options), options["processes"], options["stop_seconds"] + GRACE_SECONDS).run()


def work(parent: int, options: dict[str, Any]) -> None:
    """Runs one worker in this process until SIGTERM; a terminal's Ctrl-C is the supervisor's to pass on."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    dies_with_parent(signal.SIGTERM, parent=parent)()
    slots = options["slots"]
    _prepare_connections(slots)
    threading.excepthook = _end_process
    upkeep = Upkeep(_names(options["queues"]))

    def registered(worker_id: int) -> None:
        _name_connections(worker_id)
        upkeep.start(worker_id)

    runtime = Runtime(
        slots,
        _names(options["queues"]),
        lease_seconds=options["lease_seconds"],
        capabilities=_names(options["capabilities"]),
        metadata=_facts(options["metadata"]),
        registered=registered,
    ).start()
    stop.wait()
    upkeep.stop()
    clean = runtime.stop(seconds=options["stop_seconds"])
    database = connections["default"]
    assert isinstance(database, DatabaseWrapper)
    database.close_pool()
    if not clean:
        os._exit(0)  # a handler that doesn't stop has lost its claim; its thread must not keep the process


def _end_process(crash: threading.ExceptHookArgs) -> None:
    """A thread of the runtime that dies must not leave a worker that looks alive: the supervisor starts a new one."""
    crashed = (crash.exc_type, crash.exc_value or crash.exc_type(), crash.exc_traceback)
    log.critical("a thread died; this worker ends", thread=crash.thread and crash.thread.name, exc_info=crashed)
    os._exit(1)


def _prepare_connections(slots: int) -> None:
    """Connections for each slot, the scheduler and one more; and the server notices within a second when we are killed.

    Without that a chunk would run to its end, and keep its claim until then.
    """
    options = connections["default"].settings_dict["OPTIONS"]
    options["pool"]["max_size"] = max(options["pool"]["max_size"], slots + 2)
    if sys.platform == "linux":
        options["options"] = f"{options.get('options', '')} -c client_connection_check_interval=1000".strip()


def _name_connections(worker_id: int) -> None:
    """The slots' connections show whose they are in pg_stat_activity; the pool opens its first after this."""
    connections["default"].settings_dict["OPTIONS"]["application_name"] = f"tutup-worker-{worker_id}"


def _child_command(options: dict[str, Any]) -> list[str]:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_workers", f"--child-of={os.getpid()}"]
    passed = ("slots", "queues", "capabilities", "metadata", "lease-seconds", "stop-seconds")
    return command + [f"--{name}={options[name.replace('-', '_')]}" for name in passed]


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _facts(text: str) -> dict[str, Any]:
    try:
        facts = json.loads(text)
    except ValueError:
        facts = None
    if not isinstance(facts, dict):
        raise CommandError('--metadata must be a JSON object, such as {"memoryGB": 32}.', returncode=2)
    return facts


def _check(options: dict[str, Any]) -> None:
    for name in ("processes", "slots", "lease_seconds"):
        if options[name] <= 0:
            raise CommandError(f"--{name.replace('_', '-')} must be above 0.", returncode=2)
    if options["stop_seconds"] < 0:
        raise CommandError("--stop-seconds must be 0 or more.", returncode=2)
    if not _names(options["queues"]):
        raise CommandError("--queues names no queue.", returncode=2)
    _facts(options["metadata"])
