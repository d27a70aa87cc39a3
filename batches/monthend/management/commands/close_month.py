"""`manage.py close_month 2025-01 [--type --workers --dry-run --json --no-wait]`"""

import json
import sys
from typing import Any

from django.core.management.base import CommandParser

from batches.ledger.models import AccountingPeriod
from batches.monthend.following import follow
from batches.monthend.printing import page
from batches.monthend.queries.report import report
from batches.monthend.services import initiate_batch
from batches.monthend.states import BatchType, Status
from project.api.errors import InvalidRequest
from project.commands import ExitCode, ProductCommand, stop_signal

GOOD = frozenset({Status.COMMITTED, Status.DRY_RUN_COMPLETED})


class Command(ProductCommand):
    help = "Close a month: post its premiums and claims to the journal, prove and commit them. Needs running workers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", help="2025-01")
        parser.add_argument("--type", choices=BatchType.values, default=BatchType.COMBINED.value)
        parser.add_argument("--workers", type=int, default=16, help="ranges to cut the month into, 1 to 1000")
        parser.add_argument("--dry-run", action="store_true", help="post and prove everything, then drop it")
        parser.add_argument("--no-wait", action="store_true", help="return as soon as the month is counted")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        period = AccountingPeriod.objects.filter(code=options["period"]).first()
        if period is None:
            raise InvalidRequest.field("period", f"there is no accounting period {options['period']}")
        if not 1 <= options["workers"] <= 1000:
            raise InvalidRequest.field("workers", "use a whole number from 1 to 1000")
        batch = initiate_batch(
            period_start=period.start_date,
            period_end=period.end_date,
            batch_type=options["type"],
            worker_count=options["workers"],
            dry_run=options["dry_run"],
            actor=None,
        )
        if not options["no_wait"]:
            with stop_signal() as stop:
                batch = follow(batch, stop=stop, quiet=options["json"])
        document = report(batch)
        self.stdout.write(json.dumps(document, default=str) if options["json"] else page(batch, document))
        if not options["no_wait"] and batch.status not in GOOD:
            sys.exit(ExitCode.DIFFERENCES)
        if document.get("recommendation") == "DO_NOT_PROCEED":
            sys.exit(ExitCode.DIFFERENCES)
