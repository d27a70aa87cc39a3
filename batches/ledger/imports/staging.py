"""One block of a file through the database: staged, validated, merged, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import DataError, connection, transaction
from psycopg import sql as compose

from batches.ledger.imports import lines
from batches.ledger.imports.blocks import Block
from batches.ledger.imports.lines import Reject, Row
from batches.ledger.models import ImportReject, TransactionImport
from project.postgres import sql
from project.postgres.locks import LockSpace


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What became of the lines of one block."""

    read: int = 0
    imported: int = 0
    rejected: int = 0

    @property
    def skipped(self) -> int:
        """Lines whose id was here with the same content."""
        return self.read - self.imported - self.rejected


@dataclass
class StagedBlock:
    """A block in the staging table of the running transaction, without the lines that were found at fault."""

    content: Block
    columns: Sequence[str]
    source_id: int
    rows: int = 0

    def load(self) -> list[Reject]:
        """Copy the block as it is; if the database won't have it, line by line. Gives the lines at fault."""
        sql.routine("ledger.open_import_stage", self.source_id, self.content.first_line)
        refused = [] if lines.is_plain(self.content) and self._copied() else self._load_lines()
        faults = sql.routine("ledger.take_import_faults", self.source_id)
        self.rows -= len(faults)
        return refused + self._rejects(faults)

    def merge(self) -> tuple[int, list[Reject]]:
        """Add what is new. Gives how many rows that were, and the lines that contradict what is there."""
        imported = int(sql.routine_value("ledger.merge_import_stage", self.source_id, int(LockSpace.IMPORT)))
        if imported == self.rows:
            return imported, []
        return imported, self._rejects(sql.routine("ledger.import_conflicts", self.source_id))

    def _copied(self) -> bool:
        statement = self._copy_statement(self.columns, "FORMAT csv")
        try:
            # a savepoint, so that what was copied of a block that fails is gone
            with transaction.atomic(), sql.cursor() as cursor:
                with connection.wrap_database_errors, cursor.copy(statement) as copy:
                    copy.write(self.content.content)
                self.rows = cursor.rowcount
                if self.rows != self.content.lines:
                    raise _OtherLines
        except (DataError, _OtherLines):
            return False
        return True

    def _load_lines(self) -> list[Reject]:
        refused: list[Reject] = []
        self.rows = 0
        statement = self._copy_statement(["line_number", *self.columns])
        with sql.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
            for line in lines.read(self.content, self.columns):
                if isinstance(line, Row):
                    copy.write_row([line.line_number, *line.fields])
                    self.rows += 1
                else:
                    refused.append(line)
        return refused

    def _copy_statement(self, columns: Sequence[str], form: str = "FORMAT text") -> compose.Composed:
        names = compose.SQL(", ").join([compose.Identifier(name) for name in columns])
        return compose.SQL("COPY import_stage ({}) FROM STDIN ({}, ENCODING 'UTF8')").format(names, compose.SQL(form))

    def _rejects(self, found: Sequence[dict[str, object]]) -> list[Reject]:
        if not found:
            return []
        texts = self.content.content.split(b"\n")
        first = self.content.first_line
        return [Reject(**fault, line=lines.shown(texts[int(str(fault["line_number"])) - first])) for fault in found]  # type: ignore[arg-type]


class _OtherLines(Exception):
    """COPY saw another number of lines than there are: a quoted field that spans lines, or an end mark inside."""


def keep_rejects(record: TransactionImport, rejects: Sequence[Reject]) -> None:
    """Store refused lines."""
    ImportReject.objects.bulk_create(
        [
            ImportReject(
                import_of=record,
                line_number=reject.line_number,
                column_name=reject.column_name,
                reason=reject.reason,
                line=reject.line,
            )
            for reject in rejects
        ],
        batch_size=1000,
    )
