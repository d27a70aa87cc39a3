"""`manage.py serve [--host H] [--port P] [--processes N] [--no-workers]`"""

import signal
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from project import serving
from project.commands import ExitCode, ProductCommand
from project.environment import Environment
from project.postgres import pending

env = Environment()


class Command(ProductCommand):
    help = "Serve the console and the API, with a few runtime workers beside them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=env.text("API_HOST", "127.0.0.1"), help="address to listen on")
        parser.add_argument(
            "--port",
            type=int,
            default=env.integer("API_PORT", 8000, minimum=1, maximum=65535),
            help="port; outside production the next free one if it is taken",
        )
        parser.add_argument(
            "--processes",
            type=int,
            default=env.integer("API_WORKERS", 1, minimum=1, maximum=256),
            help="processes that answer requests",
        )
        parser.add_argument("--worker-processes", type=int, default=1, help="processes that run jobs")
        parser.add_argument("--slots", type=int, default=4, help="jobs that each of them runs at once")
        parser.add_argument("--no-workers", action="store_true", help="run no jobs here")

    def handle(self, *_: Any, **options: Any) -> None:
        self._require_ready()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(int(ExitCode.CLEAN)))
        try:
            listener = serving.listen(options["host"], options["port"], exactly=settings.PRODUCTION)
        except serving.PortTaken as error:
            raise CommandError(str(error), returncode=int(ExitCode.USAGE)) from error
        processes = 0 if options["no_workers"] else options["worker_processes"]
        with (
            suppress(KeyboardInterrupt),
            closing(listener),
            serving.runtime_workers(processes=processes, slots=options["slots"]) as workers,
        ):
            self.stdout.write(f"Tutup is at {serving.address(listener)} (Ctrl-C stops it)")
            serving.serve(listener, workers=workers, processes=options["processes"])

    def _require_ready(self) -> None:
        """Refuses what would answer every request with an error."""
        if lacking := pending.migrations():
            raise CommandError(
                f"{len(lacking)} migrations are not applied: run manage.py migrate.",
                returncode=int(ExitCode.INFRASTRUCTURE),
            )
        if settings.PRODUCTION and not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
            raise CommandError(
                f"{settings.STATIC_ROOT} has no static files: run manage.py collectstatic --no-input.",
                returncode=int(ExitCode.INFRASTRUCTURE),
            )
