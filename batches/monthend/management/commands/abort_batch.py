"""`manage.py abort_batch 2025-01-MONTHEND --reason TEXT [--keep-leaves] [--json]`"""

import json
from typing import Any

from django.core.management.base import CommandParser

from batches.monthend.following import follow
from batches.monthend.queries import batches
from batches.monthend.services import abort_batch
from project.commands import ProductCommand, stop_signal


class Command(ProductCommand):
    help = "Stop a batch and drop what it posted. Needs running workers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch_id", help="2025-01-MONTHEND")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--keep-leaves", action="store_true", help="keep what it posted, detached, for inspection")
        parser.add_argument("--no-wait", action="store_true")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = batches.find(options["batch_id"])
        batch = abort_batch(batch=batch, actor=None, reason=options["reason"], rollback=not options["keep_leaves"])
        if not options["no_wait"]:
            with stop_signal() as stop:
                batch = follow(batch, stop=stop, quiet=options["json"])
        document = {"batch_id": batch.batch_id, "status": batch.status}
        self.stdout.write(json.dumps(document) if options["json"] else f"{batch.batch_id} is {batch.status}.")
