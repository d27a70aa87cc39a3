"""`manage.py generate_transactions --month 2025-01 --premiums N --claims N [--seed S] [--json]`"""

import json
import sys
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from batches.ledger.services.generate import generate
from project.commands import ExitCode, ProductCommand, stop_signal


class Command(ProductCommand):
    help = "Make up transactions for a month: any number, the same ones for the same seed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", required=True, help="like 2025-01; its period is made if it isn't there")
        parser.add_argument("--premiums", type=int, default=0, help="how many; each with three funds")
        parser.add_argument("--claims", type=int, default=0, help="how many")
        parser.add_argument("--seed", type=int, default=1, help="another seed gives other amounts")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        premiums, claims, quiet = options["premiums"], options["claims"], options["json"]
        if min(premiums, claims) < 0 or premiums + claims == 0:
            raise CommandError("Give --premiums or --claims, 1 or more.", returncode=int(ExitCode.USAGE))
        started = time.monotonic()
        console = Console(stderr=True)
        with (
            stop_signal() as stop,
            Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=console,
                transient=True,
                disable=quiet or not console.is_terminal,
            ) as progress,
        ):
            task = progress.add_task(options["month"], total=premiums + claims)
            added = generate(
                month=options["month"],
                premiums=premiums,
                claims=claims,
                seed=options["seed"],
                stop=stop,
                on_progress=lambda rows: progress.advance(task, rows),
            )
        seconds = time.monotonic() - started
        if quiet:
            self.stdout.write(json.dumps({"month": options["month"], "rows": added, "seconds": round(seconds, 3)}))
        else:
            rate = added / seconds
            self.stdout.write(f"{added:,} transactions added to {options['month']} in {seconds:.1f} s ({rate:,.0f}/s)")
        if stop.is_set():
            sys.exit(ExitCode.INFRASTRUCTURE)
