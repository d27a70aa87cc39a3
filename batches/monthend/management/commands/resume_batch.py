"""`manage.py resume_batch 2025-01-MONTHEND [--no-wait] [--json]`"""

import json
import sys
from typing import Any

from django.core.management.base import CommandParser

from batches.monthend.following import follow
from batches.monthend.printing import page
from batches.monthend.queries import batches
from batches.monthend.queries.report import report
from batches.monthend.services import resume_batch
from batches.monthend.states import Status
from project.commands import ExitCode, ProductCommand, stop_signal


class Command(ProductCommand):
    help = "Run a FAILED batch again, from its checkpoints. Needs running workers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch_id", help="2025-01-MONTHEND")
        parser.add_argument("--no-wait", action="store_true")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = resume_batch(batch=batches.find(options["batch_id"]), actor=None)
        if not options["no_wait"]:
            with stop_signal() as stop:
                batch = follow(batch, stop=stop, quiet=options["json"])
        document = report(batch)
        self.stdout.write(json.dumps(document, default=str) if options["json"] else page(batch, document))
        if not options["no_wait"] and batch.status == Status.FAILED:
            sys.exit(ExitCode.DIFFERENCES)
