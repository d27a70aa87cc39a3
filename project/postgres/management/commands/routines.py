"""manage.py routines: compares the database's routines with the files of sql/, or installs them."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from project.postgres import installer, routines
from project.postgres.routines import Status


class Command(BaseCommand):
    """`list` exits 1 when something is not INSTALLED; `install` brings everything in line."""

    help = "List the SQL routines with their state (INSTALLED, OUTDATED, MISSING, UNKNOWN), or install them."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", nargs="?", choices=("list", "install"), default="list")
        parser.add_argument("--json", action="store_true", help="print one JSON document instead of lines")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["action"] == "install":
            changes = installer.install()
            summary = f"{len(changes.installed)} installed, {len(changes.dropped)} dropped."
            self._show({"installed": changes.installed, "dropped": changes.dropped}, summary, as_json=options["json"])
            return
        states = routines.states()
        lines = "\n".join(f"{state.status:<10} {state.name}" for state in states)
        self._show({state.name: state.status for state in states}, lines or "sql/ has no routines.", options["json"])
        if any(state.status is not Status.INSTALLED for state in states):
            sys.exit(1)

    def _show(self, document: dict[str, Any], text: str, as_json: bool) -> None:
        self.stdout.write(json.dumps(document) if as_json else text)
