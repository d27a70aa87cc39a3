"""Rows as the bytes that came; the driver's decoder in C cuts them up if asked, and interprets nothing."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from cassandra.bytesio import BytesIOReader
from cassandra.cqltypes import BytesType
from cassandra.deserializers import make_deserializers
from cassandra.obj_parser import ListParser
from cassandra.parsing import ParseDesc
from cassandra.protocol import ProtocolHandler, ResultMessage
from cassandra.row_parser import make_recv_results_rows

PROTOCOL = 5  # of Cassandra 4 and 5
Metadata = list[tuple[str, str, str, Any]]

_parser = ListParser()
_decode = make_recv_results_rows(_parser)


class Page:
    """The rows of one answer.

    `sent` has their number in its first `HEAD` bytes, then row after row the values: each with its length in 4 bytes in
    front, of which a negative one is null.
    """

    __slots__ = ("_columns", "sent")
    HEAD = 4

    def __init__(self, sent: bytes, columns: int) -> None:
        self.sent = sent
        self._columns = columns

    def __len__(self) -> int:
        return int.from_bytes(self.sent[: self.HEAD], "big")

    def __iter__(self) -> Iterator[tuple[bytes | None, ...]]:
        yield from self.rows()  # not before the first one is asked for: the driver asks each answer for an iterator

    def rows(self) -> list[tuple[bytes | None, ...]]:
        """Each as its values."""
        found: list[tuple[bytes | None, ...]] = _parser.parse_rows(BytesIOReader(self.sent), _as_bytes(self._columns))
        return found


class RawResult(ResultMessage):  # type: ignore[misc]  # the driver has no types
    """Rows of prepared statements come as a `Page`; `column_types` are the true ones. Others are decoded.

    Each answer is told apart by the metadata that it was prepared with: after a change of the table the server sends
    new metadata with the rows, and the driver takes it over when it prepares again, so only here is it sure which
    types the bytes of this very page have.
    """

    def recv_results_rows(
        self, f: Any, protocol_version: int, user_type_map: Any, result_metadata: Metadata, policy: Any
    ) -> None:
        if not result_metadata:
            _decode(self, f, protocol_version, user_type_map, result_metadata, policy)
            return
        self.recv_results_metadata(f, user_type_map)
        told: Metadata = self.column_metadata or result_metadata
        self.column_names, self.column_types = [column[2] for column in told], [column[3] for column in told]
        self.parsed_rows = Page(f.read(), len(told))


@cache
def _as_bytes(columns: int) -> ParseDesc:
    types = [BytesType] * columns
    return ParseDesc([""] * columns, types, None, [None] * columns, make_deserializers(types), PROTOCOL)


class RawHandler(ProtocolHandler):  # type: ignore[misc]
    """A session's `client_protocol_handler`."""

    message_types_by_opcode = {**ProtocolHandler.message_types_by_opcode, RawResult.opcode: RawResult}
