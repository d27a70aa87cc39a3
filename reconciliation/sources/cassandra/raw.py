"""Rows as the bytes that came over the wire: the driver's decoder in C cuts them up and interprets nothing."""

from typing import Any

from cassandra.cqltypes import BytesType
from cassandra.obj_parser import ListParser
from cassandra.protocol import ProtocolHandler, ResultMessage
from cassandra.row_parser import make_recv_results_rows

Metadata = list[tuple[str, str, str, Any]]

_parse = make_recv_results_rows(ListParser())


class RawResult(ResultMessage):  # type: ignore[misc]  # the driver has no types
    """Rows of prepared statements stay bytes, None for null; `column_types` are the true ones. Others are decoded.

    Each answer is told apart by the metadata that it was prepared with: after a change of the table the server sends
    new metadata with the rows, and the driver takes it over when it prepares again, so only here is it sure which
    types the bytes of this very page have.
    """

    _told: Metadata | None = None
    _raw = False

    def recv_results_rows(
        self, f: Any, protocol_version: int, user_type_map: Any, result_metadata: Metadata, policy: Any
    ) -> None:
        if not result_metadata:
            _parse(self, f, protocol_version, user_type_map, result_metadata, policy)
            return
        self._raw = True
        _parse(self, f, protocol_version, user_type_map, _as_bytes(result_metadata), policy)
        told = self._told or result_metadata
        self.column_metadata, self.column_types = self._told, [column[3] for column in told]

    def recv_results_metadata(self, f: Any, user_type_map: Any) -> None:
        super().recv_results_metadata(f, user_type_map)
        self._told = self.column_metadata
        if self._raw and self._told:
            self.column_metadata = _as_bytes(self._told)


def _as_bytes(metadata: Metadata) -> Metadata:
    return [(keyspace, table, name, BytesType) for keyspace, table, name, _ in metadata]


class RawHandler(ProtocolHandler):  # type: ignore[misc]
    """A session's `client_protocol_handler`."""

    message_types_by_opcode = {**ProtocolHandler.message_types_by_opcode, RawResult.opcode: RawResult}
