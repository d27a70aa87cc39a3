"""`manage.py housekeep [--json]`"""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from project.commands import ProductCommand
from workers.queries import health
from workers.runtime.housekeeping import HotTables, Report, housekeep
from workers.runtime.sessions import session

CHORE_SECONDS = 60.0  # of each chore: what is left then, the next call does


class Command(ProductCommand):
    help = "Keep tables small: fold counts, drop what is past its retention, vacuum. Workers do it too, once a minute."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        with session("tutup-housekeeping") as connection:
            report = housekeep(connection, HotTables(), chore_seconds=CHORE_SECONDS)
        warnings = health.warnings()
        if options["json"]:
            self.stdout.write(json.dumps({**asdict(report), "warnings": [asdict(warning) for warning in warnings]}))
            return
        self.stdout.write(_line(report))
        for warning in warnings:
            self.stderr.write(f"{warning.text} {warning.mend}")


def _line(report: Report) -> str:
    vacuumed = ", ".join(report.vacuumed) or "nothing"
    forgotten = "".join(f"{count:,} of {name} forgotten, " for name, count in report.rows_forgotten.items())
    return (
        f"{report.tallies_folded:,} counts folded, {report.partitions_made} partitions made, "
        f"{report.partitions_dropped} dropped with {report.executions_deleted:,} executions, "
        f"{report.rows_pruned:,} old rows pruned, {forgotten}vacuumed: {vacuumed}."
    )
