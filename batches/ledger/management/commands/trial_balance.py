"""`manage.py trial_balance 2025-01 [--json]`"""

import json
from typing import Any

from django.core.management.base import CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.table import Table

from batches.ledger import queries
from batches.ledger.services import periods
from project.commands import ProductCommand

MONEY = ("opening", "debit", "credit", "closing")


class Command(ProductCommand):
    help = "Print a month's trial balance: opening, movement and closing by account and fund."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="like 2025-01")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        period = periods.get(options["month"])
        rows = queries.trial_balance(period)
        if options["json"]:
            self.stdout.write(json.dumps({"period": period.code, "rows": rows}, cls=DjangoJSONEncoder))
            return
        table = Table(title=f"Trial balance {period.code} ({period.status})")
        for column in ("account", "name", "fund"):
            table.add_column(column)
        for column in (*MONEY, "entries"):
            table.add_column(column, justify="right")
        for row in rows:
            money = [f"{row[column]:,.2f}" for column in MONEY]
            table.add_row(row["account"], row["name"], row["fund"], *money, f"{row['entries']:,}")
        table.add_section()
        totals = [f"{sum(row[column] for row in rows):,.2f}" for column in MONEY]
        table.add_row("total", "", "", *totals, "")
        console = Console(width=max(Console().width, 120))
        with console.capture() as printed:
            console.print(table)
        self.stdout.write(printed.get())
