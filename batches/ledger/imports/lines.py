"""The careful way: one line after the other, for a block that COPY wouldn't take as it is."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batches.ledger.imports.blocks import LONGEST_LINE, Block

SHOWN = 1000  # characters of a refused line that are kept
QUOTED_FIELD = re.compile(rb'(?<![^,\n])"(?:[^"\r\n]|"")*"(?![^,\r\n])')
WHOLE_LINE = "line"  # named as the column when the fault isn't in one of them


@dataclass(frozen=True, kw_only=True)
class Reject:
    """A line that isn't imported, and why."""

    line_number: int
    column_name: str
    reason: str
    line: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line that has the right number of readable fields."""

    line_number: int
    fields: list[str]


def is_plain(block: Block) -> bool:
    """Whether COPY reads the block as this module would: every quote opens or closes a whole field on one line."""
    if block.too_long or b"\n\\." in block.content or block.content.startswith(b"\\."):
        return False
    return b'"' not in block.content or b'"' not in QUOTED_FIELD.sub(b"", block.content)


def read(block: Block, columns: Sequence[str]) -> Iterator[Row | Reject]:
    """Each line that isn't blank, as a row or as a reject."""
    for number, line in enumerate(block.content.split(b"\n"), start=block.first_line):
        content = line.removesuffix(b"\r")
        if content:
            yield _parsed(number, content, columns)


def shown(line: bytes) -> str:
    """A line as it can be stored and read: bytes that are no text are written as \\x00."""
    return line.removesuffix(b"\r").decode("utf-8", "backslashreplace").replace("\0", "\\x00")[:SHOWN]


def _parsed(number: int, line: bytes, columns: Sequence[str]) -> Row | Reject:
    def refused(column: str, reason: str) -> Reject:
        return Reject(line_number=number, column_name=column, reason=reason, line=shown(line))

    if len(line) >= LONGEST_LINE:
        return refused(WHOLE_LINE, f"is longer than {LONGEST_LINE} bytes")
    if b"\r" in line:
        return refused(WHOLE_LINE, "contains a carriage return")
    if b'"' in QUOTED_FIELD.sub(b"", line):
        return refused(WHOLE_LINE, "has a quote that doesn't open or close a whole field on this line")
    fields = next(csv.reader([line.decode("utf-8", "surrogateescape")]))
    if len(fields) != len(columns):
        return refused(WHOLE_LINE, f"has {len(fields)} columns instead of {len(columns)}")
    for column, field in zip(columns, fields, strict=True):
        if "\0" in field:
            return refused(column, "contains a NUL byte")
        if not field.isascii() and not _is_text(field):
            return refused(column, "is not UTF-8 text")
    return Row(line_number=number, fields=fields)


def _is_text(field: str) -> bool:
    try:
        field.encode()
    except UnicodeEncodeError:
        return False
    return True
