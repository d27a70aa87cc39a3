"""`manage.py run_schedules [--json]`"""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from project.commands import ExitCode, ProductCommand
from workers.services import standing
from workers.services.firing import Fired, fire_due


class Command(ProductCommand):
    help = "Enqueue what schedules have due, once; for cron, where no run_workers does it. Harmless where one does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        standing.ensure()
        fired = fire_due()
        refused = [one for one in fired if one.error is not None]
        self.stdout.write(json.dumps(_document(fired)) if options["json"] else _line(fired, len(refused)))
        for one in refused:
            self.stderr.write(f"{one.schedule}: {one.error}")
        if refused:
            raise SystemExit(int(ExitCode.DIFFERENCES))


def _document(fired: list[Fired]) -> dict[str, Any]:
    return {"fired": [asdict(one) for one in fired]}


def _line(fired: list[Fired], refused: int) -> str:
    enqueued = sum(one.execution_id is not None for one in fired)
    left_out = sum(one.left_out for one in fired)
    return f"{enqueued} runs enqueued, {left_out} left out, {refused} refused."
