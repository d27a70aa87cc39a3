"""`manage.py prerequisite 2025-01 AP_CLOSE|ALL [--reset] [--note TEXT] [--json]`"""

import json
from typing import Any

from django.core.management.base import CommandParser

from batches.ledger.services import periods, prerequisites
from project.commands import ProductCommand


class Command(ProductCommand):
    help = "Mark a prerequisite of a month complete, or pending again. The month's period is made if it isn't there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="like 2025-01")
        parser.add_argument("code", help="AP_CLOSE, AR_CLOSE, PAYROLL_CLOSE or another of the month's, or ALL")
        parser.add_argument("--reset", action="store_true", help="pending again")
        parser.add_argument("--note", default="", help="kept with it and in the audit trail")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        period, _ = periods.ensure(options["month"])
        change = prerequisites.reset if options["reset"] else prerequisites.complete
        changed = change(period=period, code=options["code"], actor=None, note=options["note"])
        told = {found.code: found.status for found in changed}
        if options["json"]:
            self.stdout.write(json.dumps({"period": period.code, "prerequisites": told}))
        else:
            self.stdout.write(f"{period.code}: " + ", ".join(f"{code} {status}" for code, status in told.items()))
