"""`manage.py import_transactions premiums|claims FILE... [--json]`"""

import json
import sys
import time
from threading import Event
from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from batches.ledger import imports
from batches.ledger.imports.blocks import UnreadableFile
from batches.ledger.models import TransactionImport, TransactionSource
from batches.ledger.models.imports import ImportStatus
from project.commands import ExitCode, ProductCommand, stop_signal

SOURCES = {"premiums": "PREMIUM", "claims": "CLAIM"}


class Command(ProductCommand):
    help = "Import .csv or .csv.gz files of transactions. A line that can't be taken is kept with column and reason."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=list(SOURCES), help="which transactions the files hold")
        parser.add_argument("files", nargs="+", metavar="FILE", help=".csv or .csv.gz; - reads standard input")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        source = TransactionSource.objects.get(code=SOURCES[options["kind"]])
        results: list[dict[str, Any]] = []
        with stop_signal() as stop:
            for name in options["files"]:
                results.append(self._import(source, name, stop, quiet=options["json"]))
                if not options["json"]:
                    self.stdout.write(_line(results[-1]))
                if stop.is_set():
                    break
        if options["json"]:
            self.stdout.write(json.dumps({"imports": results}))
        code = ExitCode.INFRASTRUCTURE if stop.is_set() else max(_exit_code(result) for result in results)
        if code:
            sys.exit(code)

    def _import(self, source: TransactionSource, name: str, stop: Event, *, quiet: bool) -> dict[str, Any]:
        started = time.monotonic()
        console = Console(stderr=True)
        with Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[rows]:,} rows"),
            TimeRemainingColumn(), console=console, transient=True, disable=quiet or not console.is_terminal,
        ) as progress:  # fmt: skip
            task = progress.add_task(name, total=None, rows=0)

            def show(now: imports.Progress) -> None:
                progress.update(task, completed=now.position, total=now.size, rows=now.rows)

            try:
                record = imports.import_file(source=source, file_name=name, stop=stop, on_progress=show)
            except UnreadableFile as error:
                return {"file": name, "status": ImportStatus.FAILED.value, "error": str(error), "import_id": None}
        return _result(record, time.monotonic() - started)


def _result(record: TransactionImport, seconds: float) -> dict[str, Any]:
    return {
        "file": record.file_name,
        "import_id": record.pk,
        "status": record.status,
        "rows_read": record.rows_read,
        "rows_imported": record.rows_imported,
        "rows_skipped": record.rows_skipped,
        "rows_rejected": record.rows_rejected,
        "error": record.error,
        "seconds": round(seconds, 3),
        "rows_per_second": round(record.rows_read / seconds),
    }


def _line(result: dict[str, Any]) -> str:
    if result["import_id"] is None:
        return f"FAILED {result['error']}"
    told = (
        "{status} {file}: {rows_read:,} read, {rows_imported:,} imported, {rows_skipped:,} skipped, "
        "{rows_rejected:,} rejected in {seconds:.1f} s ({rows_per_second:,}/s)"
    ).format(**result)
    hint = f". See import {result['import_id']} for the rejects." if result["rows_rejected"] else ""
    return f"{told}{hint}" if not result["error"] else f"{told}. {result['error']}"


def _exit_code(result: dict[str, Any]) -> ExitCode:
    if result["import_id"] is None:
        return ExitCode.USAGE
    clean = result["status"] == ImportStatus.COMPLETED and not result["rows_rejected"]
    return ExitCode.CLEAN if clean else ExitCode.DIFFERENCES
