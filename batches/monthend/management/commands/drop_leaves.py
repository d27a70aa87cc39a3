"""`manage.py drop_leaves 2025-01-MONTHEND`"""

from typing import Any

from django.core.management.base import CommandParser

from batches.monthend.queries import batches
from batches.monthend.services import drop_kept_leaves
from project.commands import ProductCommand


class Command(ProductCommand):
    help = "Drop the leaves that an abort with --keep-leaves kept for inspection."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch_id", help="2025-01-MONTHEND")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = batches.find(options["batch_id"])
        dropped = drop_kept_leaves(batch=batch, actor=None)
        self.stdout.write(f"{batch.batch_id}: {dropped} leaves dropped.")
