"""One file into one source's table: two lanes stage and validate blocks side by side and merge them in file order."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F

from batches.ledger.imports import record as records
from batches.ledger.imports.blocks import Block, Source, UnreadableFile, blocks, header, opened
from batches.ledger.imports.lines import WHOLE_LINE, Reject, shown
from batches.ledger.imports.staging import Counts, StagedBlock, keep_rejects
from batches.ledger.imports.turnstile import Broken, Turnstile
from batches.ledger.models import TransactionImport, TransactionSource
from project.postgres import sql

LANES = 2  # one waits for the database's disk and indexes while the other one parses


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an import has come: bytes of the file itself, rows so far."""

    position: int
    size: int | None
    rows: int


def import_file(
    *,
    source: TransactionSource,
    file_name: str,
    actor: User | None = None,
    stop: threading.Event | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> TransactionImport:
    """Read one .csv or .csv.gz file (`-` is standard input) into the source's table.

    Gives the import's record: COMPLETED, or FAILED with the reason when the header is wrong, the file damaged or `stop`
    was set. Blocks already merged stay; importing the same file again skips them. Raises `UnreadableFile` when there is
    no such file, and `Conflict` when the source's table doesn't take files.
    """
    columns = [found["name"] for found in sql.routine("ledger.import_columns", source.pk)]
    with opened(file_name) as opened_file, records.running(source, file_name, actor) as record:
        try:
            names, rest = header(opened_file)
            fault = header_fault(names, columns)
            if fault:
                return records.fail(record, fault)
            run = _Run(record, names, opened_file, rest, stop or threading.Event(), on_progress)
            run.work()
        except UnreadableFile as error:
            return records.fail(record, str(error))
        if run.stopped:
            return records.fail(record, "Stopped before the end. Import the file again: what is here is skipped.")
        return records.complete(record)


def header_fault(names: list[str], columns: list[str]) -> str:
    """What is wrong with a header line; empty when it names each column once, in any order."""
    missing = [name for name in columns if name not in names]
    unknown = [name for name in dict.fromkeys(names) if name not in columns]
    twice = [name for name in dict.fromkeys(names) if name in columns and names.count(name) > 1]
    faults = [("is missing", missing), ("has the unknown", unknown), ("repeats", twice)]
    told = [f"{verb} {', '.join(found)[:500]}" for verb, found in faults if found]
    return f"The header {' and '.join(told)}. It must name: {', '.join(columns)}." if told else ""


class _Run:
    """The lanes of one import and what they share."""

    def __init__(
        self,
        record: TransactionImport,
        names: list[str],
        source: Source,
        rest: bytes,
        stop: threading.Event,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self.stopped = False
        self._record = record
        self._names = names
        self._source = source
        self._blocks: Iterator[tuple[int, Block]] = enumerate(blocks(source, rest))
        self._reading = threading.Lock()
        self._turnstile = Turnstile()
        self._stop = stop
        self._on_progress = on_progress
        self._rows = 0
        self._unreadable: UnreadableFile | None = None

    def work(self) -> None:
        """Import every block. Raises the first error of a lane, once all lanes have ended."""
        with ThreadPoolExecutor(LANES, thread_name_prefix="import") as pool:
            lanes = [pool.submit(self._lane) for _ in range(LANES)]
        errors = [error for lane in lanes if (error := lane.exception())]
        for error in [*errors, self._unreadable]:
            if error is not None and not isinstance(error, Broken):
                raise error

    def _lane(self) -> None:
        try:
            while taken := self._take():
                self._import_block(*taken)
        except BaseException:
            self._turnstile.abandon()
            raise
        finally:
            connection.close()

    def _take(self) -> tuple[int, Block] | None:
        with self._reading:
            if self._stop.is_set():
                self.stopped = True
                return None
            try:
                return next(self._blocks, None)
            except UnreadableFile as error:
                # what was read before is imported all the same, by either lane
                self._unreadable = error
                return None

    def _import_block(self, number: int, block: Block) -> None:
        with transaction.atomic():
            # nothing is lost that isn't imported again: rows and counts go together
            sql.execute("SET LOCAL synchronous_commit = off")
            staged = StagedBlock(block, self._names, self._record.source_id)
            faults = [_too_long(block)] if block.too_long else staged.load()
            read = staged.rows + len(faults)
            # a line that repeats an id of an earlier block must find it there
            self._turnstile.wait(number)
            imported, conflicts = (0, []) if block.too_long else staged.merge()
            keep_rejects(self._record, faults + conflicts)
            self._count(Counts(read=read, imported=imported, rejected=len(faults) + len(conflicts)))
        self._turnstile.passed()

    def _count(self, counts: Counts) -> None:
        TransactionImport.objects.filter(pk=self._record.pk).update(
            rows_read=F("rows_read") + counts.read,
            rows_imported=F("rows_imported") + counts.imported,
            rows_skipped=F("rows_skipped") + counts.skipped,
            rows_rejected=F("rows_rejected") + counts.rejected,
        )
        self._rows += counts.read
        self._on_progress(Progress(position=self._source.position, size=self._source.size, rows=self._rows))


def _too_long(block: Block) -> Reject:
    return Reject(
        line_number=block.first_line,
        column_name=WHOLE_LINE,
        reason=f"is longer than {len(block.content)} bytes",
        line=shown(block.content),
    )
