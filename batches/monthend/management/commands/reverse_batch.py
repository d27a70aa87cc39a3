"""`manage.py reverse_batch 2025-01-MONTHEND --reason TEXT [--period 2025-02] [--no-wait] [--json]`"""

import json
import sys
from typing import Any

from django.core.management.base import CommandParser

from batches.monthend.following import follow
from batches.monthend.printing import page
from batches.monthend.queries import batches
from batches.monthend.queries.report import report
from batches.monthend.services import reverse_batch
from batches.monthend.states import Status
from project.commands import ExitCode, ProductCommand, stop_signal


class Command(ProductCommand):
    help = "Post the mirror of a committed batch as a new batch; its transactions can be posted again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch_id", help="2025-01-MONTHEND")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--period", help="an open period for the mirrored entries; by default the batch's own")
        parser.add_argument("--no-wait", action="store_true")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = batches.find(options["batch_id"])
        reversal = reverse_batch(batch=batch, actor=None, reason=options["reason"], period_code=options["period"])
        if not options["no_wait"]:
            with stop_signal() as stop:
                reversal = follow(reversal, stop=stop, quiet=options["json"])
        document = report(reversal)
        self.stdout.write(json.dumps(document, default=str) if options["json"] else page(reversal, document))
        if not options["no_wait"] and reversal.status != Status.COMMITTED:
            sys.exit(ExitCode.DIFFERENCES)
