"""Cuts a file of any size into blocks of whole lines, so that memory stays flat."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

BLOCK_BYTES = 1024 * 1024
LONGEST_LINE = 64 * 1024  # a longer one is no transaction; it is refused without being kept in memory
GZIP_MAGIC = b"\x1f\x8b"
UTF8_MARK = b"\xef\xbb\xbf"


class UnreadableFile(Exception):
    """The file can't be read to its end: not there, no permission, a damaged gzip stream."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """Whole lines of a file. `too_long` marks a single line of which only the beginning was kept."""

    first_line: int
    lines: int
    content: bytes
    too_long: bool = False


class Source:
    """An open file, decompressed as it is read. `position` is where in the file itself reading is."""

    def __init__(self, raw: BinaryIO, size: int | None) -> None:
        self.size = size
        self._raw = raw
        buffered = io.BufferedReader(raw) if isinstance(raw, io.RawIOBase) else raw
        start = buffered.peek(2)[:2] if isinstance(buffered, io.BufferedReader) else b""
        self._stream: BinaryIO | gzip.GzipFile = buffered if start != GZIP_MAGIC else gzip.GzipFile(fileobj=buffered)

    @property
    def position(self) -> int:
        return self._raw.tell() if self.size is not None else 0

    def read(self, count: int) -> bytes:
        """Up to `count` bytes, none at the end. Raises `UnreadableFile`."""
        try:
            return self._stream.read(count)
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableFile(f"The file is damaged or cut off: {error}") from error


@contextmanager
def opened(name: str) -> Iterator[Source]:
    """The file of that name, `-` for standard input. Gzip is told by its first bytes. Raises `UnreadableFile`."""
    if name == "-":
        yield Source(sys.stdin.buffer, None)
        return
    path = Path(name)
    try:
        raw = path.open("rb")
    except OSError as error:
        raise UnreadableFile(f"{name}: {error.strerror}") from error
    with raw:
        yield Source(raw, path.stat().st_size if path.is_file() else None)


def header(source: Source) -> tuple[list[str], bytes]:
    """The column names of the first line, and the bytes that were read beyond it."""
    start = source.read(LONGEST_LINE)
    while b"\n" not in start and len(start) < LONGEST_LINE and (more := source.read(LONGEST_LINE)):
        start += more
    line, _, rest = start.removeprefix(UTF8_MARK).partition(b"\n")
    names = line.decode("utf-8", "backslashreplace").replace("\0", "\\x00").strip("\r").split(",")
    return [name.strip().strip('"') for name in names], rest


def blocks(source: Source, rest: bytes) -> Iterator[Block]:
    """The lines after the header, numbered as an editor numbers them."""
    line = 2
    at_end = False
    while not at_end:
        more = source.read(BLOCK_BYTES)
        at_end = not more
        rest += more or b""
        cut = len(rest) if at_end else rest.rfind(b"\n") + 1
        if cut:
            block = Block(first_line=line, lines=_lines(rest[:cut]), content=rest[:cut])
            rest = rest[cut:]
        elif len(rest) > LONGEST_LINE:
            kept = rest[:LONGEST_LINE]
            rest, at_end = _after_line(source)
            block = Block(first_line=line, lines=1, content=kept, too_long=True)
        else:
            continue
        line += block.lines
        yield block


def _lines(content: bytes) -> int:
    return content.count(b"\n") + (not content.endswith(b"\n"))


def _after_line(source: Source) -> tuple[bytes, bool]:
    while more := source.read(BLOCK_BYTES):
        _, newline, rest = more.partition(b"\n")
        if newline:
            return rest, False
    return b"", True
