"""`manage.py verify_ledger [--batch 2025-01-MONTHEND] [--json]`"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console

from batches.monthend import checks
from batches.monthend.models import MonthEndBatch
from batches.monthend.queries import batches
from batches.monthend.queries.certificate import prove
from batches.monthend.states import Status
from project.commands import ExitCode, ProductCommand

IN_THE_BOOKS = [Status.COMMITTED, Status.REVERSED]


class Command(ProductCommand):
    help = "Recompute every certificate, compare every entry with its source row, run every consistency check."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", metavar="BATCH_ID", help="only this batch")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = [batches.find(options["batch"])] if options["batch"] else self._all()
        found = [*self._batches(wanted, quiet=options["json"]), *([] if options["batch"] else checks.violations())]
        proved = len(wanted)
        if options["json"]:
            self.stdout.write(json.dumps({"batches": proved, "problems": found}, default=str))
        else:
            for problem in found:
                self.stdout.write(f"{problem['rule']}: {problem['message']}")
            self.stdout.write(f"{proved} batches verified, {len(found)} problems.")
        if found:
            sys.exit(ExitCode.DIFFERENCES)

    def _all(self) -> list[MonthEndBatch]:
        return list(MonthEndBatch.objects.filter(status__in=IN_THE_BOOKS).order_by("id"))

    def _batches(self, wanted: list[MonthEndBatch], *, quiet: bool) -> Iterator[dict[str, Any]]:
        console = Console(stderr=True, quiet=quiet or not Console(stderr=True).is_terminal)
        for batch in wanted:
            with console.status(f"verifying {batch.batch_id}"):
                yield from ({"batch_id": batch.batch_id, **problem} for problem in prove(batch))
