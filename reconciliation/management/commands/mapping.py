"""`manage.py mapping list|export|import|propose|try|add-token ...`"""

import json
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import CommandError, CommandParser
from rich.console import Console

from project.commands import ExitCode, ProductCommand
from reconciliation.definition import Definition, Place, column_json
from reconciliation.management import printing
from reconciliation.models import Mapping
from reconciliation.queries import mappings as queries
from reconciliation.services import connections, mappings
from reconciliation.services.mappings import files


class Address(NamedTuple):
    """A table as `connection:schema.table`."""

    connection: str
    schema: str
    table: str


def address(text: str) -> Address:
    """Reads one; the schema ends at the first point."""
    connection, _, rest = text.partition(":")
    schema, _, table = rest.partition(".")
    if not (connection and schema and table):
        raise ArgumentTypeError(f"{text!r} is no table. Write it as connection:schema.table.")
    return Address(connection, schema, table)


class Command(ProductCommand):
    help = "Mappings of tables: list, write to YAML and read from it, propose from both schemas, try, add tokens."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        self._verb(verbs, "list", "all mappings with how their last comparison ended")
        export = self._verb(verbs, "export", "write mappings and their connections as YAML")
        export.add_argument("names", nargs="*", metavar="NAME", help="of mappings; all without any")
        load = self._verb(verbs, "import", "make and change what a YAML file says, all of it or nothing")
        load.add_argument("file", metavar="FILE", help="- reads standard input")
        load.add_argument("--dry-run", action="store_true", help="check everything and keep nothing")
        propose = self._verb(verbs, "propose", "pair the columns of two tables by what their schemas say")
        propose.add_argument("--source", type=address, required=True, metavar="CONNECTION:KEYSPACE.TABLE")
        propose.add_argument("--target", type=address, required=True, metavar="CONNECTION:SCHEMA.TABLE")
        propose.add_argument("--name", help="of the mapping; without it that of the target table")
        propose.add_argument(
            "--save", action="store_true", help="make the mapping; refused when a pair can't be compared"
        )
        attempt = self._verb(verbs, "try", "compare the first ten rows of the source with their copies")
        attempt.add_argument("name", metavar="NAME")
        token = self._verb(verbs, "add-token", "give the target an indexed column with the source's partition token")
        token.add_argument("name", metavar="NAME")
        token.add_argument("--column", help="of the target; without it the mapping's, else cassandra_token")

    def _verb(self, verbs: Any, name: str, told: str) -> CommandParser:
        parser: CommandParser = verbs.add_parser(name, help=told)
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        return parser

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['verb'].replace('-', '_')}")(options)

    def _list(self, options: dict[str, Any]) -> None:
        listed = list(queries.listed().order_by("name"))
        ended = queries.ended_jobs(listed)
        found = [printing.listed(mapping, ended.get(mapping.pk)) for mapping in listed]
        self._tell(options, {"mappings": found}, [printing.line(one) for one in found] or [printing.NO_MAPPING])

    def _export(self, options: dict[str, Any]) -> None:
        names = options["names"]
        everything = Mapping.objects.select_related("source", "target").order_by("name")
        found = [mappings.get(name) for name in names] if names else list(everything)
        text = files.exported(found)
        self._tell(options, {"mappings": len(found), "yaml": text}, [text.rstrip("\n")])

    def _import(self, options: dict[str, Any]) -> None:
        name = options["file"]
        with _console(options).status(f"checking {name} against both sides"):
            done = files.imported(name, _read(name), actor=None, dry_run=options["dry_run"])
        self._tell(options, {**vars(done), "dry_run": options["dry_run"]}, printing.imported(done, options["dry_run"]))

    def _propose(self, options: dict[str, Any]) -> None:
        source, target = options["source"], options["target"]
        found = mappings.propose(_place(source), _place(target))
        saved = self._save(options, source, target) if options["save"] else None
        columns = [column_json(column) for column in found.columns]
        refused = [
            {"source": pair.source.name, "target": pair.target.name, "reason": pair.refusal} for pair in found.refused
        ]
        document = {
            "columns": columns,
            "refused": refused,
            "only_source": [column.name for column in found.only_source],
            "only_target": [column.name for column in found.only_target],
            "timestamp_column": found.timestamp_column,
            "token_column": found.token_column,
            "saved": saved.name if saved else None,
        }
        self._tell(options, document, printing.proposal(found, saved))
        if refused:
            sys.exit(ExitCode.DIFFERENCES)

    def _save(self, options: dict[str, Any], source: Address, target: Address) -> Mapping:
        return mappings.create(
            name=options["name"] or target.table,
            actor=None,
            source_connection=source.connection,
            source_schema=source.schema,
            source_table=source.table,
            target_connection=target.connection,
            target_schema=target.schema,
            target_table=target.table,
        )

    def _try(self, options: dict[str, Any]) -> None:
        found = mappings.trial(Definition.of(mappings.get(options["name"])))
        self._tell(options, printing.trial_document(found), printing.trial(found))
        if found.equal < len(found.rows):
            sys.exit(ExitCode.DIFFERENCES)

    def _add_token(self, options: dict[str, Any]) -> None:
        from reconciliation.services import tokens  # imports Cassandra's driver, which takes a second

        mapping = mappings.get(options["name"])
        column = options["column"] or mapping.token_column or tokens.COLUMN
        with _console(options).status("filling tokens") as status:
            filled = tokens.add_token(
                Definition.of(mapping),
                column=column,
                progress=lambda rows: status.update(f"filling tokens: {rows:,} rows"),
            )
        mapping = mappings.change(name=mapping.name, actor=None, token_column=column)
        document = {"mapping": mapping.name, "token_column": column, "rows": filled, "version": mapping.version}
        self._tell(options, document, [f"{mapping.name}: {filled:,} tokens filled; ranges are read by {column} now."])

    def _tell(self, options: dict[str, Any], document: dict[str, Any], lines: list[str]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(document, default=str))
            return
        for line in lines:
            self.stdout.write(line)


def _console(options: dict[str, Any]) -> Console:
    """Where progress is shown: on a terminal, and nowhere beside a JSON object."""
    return Console(stderr=True, quiet=options["json"] or not Console(stderr=True).is_terminal)


def _place(where: Address) -> Place:
    return Place.of(connections.get(where.connection), where.schema, where.table)


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} can't be read: {error}.", returncode=int(ExitCode.USAGE)) from error
