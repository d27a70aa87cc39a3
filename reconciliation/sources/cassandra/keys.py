"""Canonical keys as the bytes that Cassandra looks rows up by, and their tokens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cassandra.metadata import Murmur3Token

from reconciliation.canonical import Compared
from reconciliation.canonical.common import UncomparableType
from reconciliation.sources.protocol import Key, Value

from . import values
from .converting import as_sent
from .cql import Cql

Inverse = Callable[[bytes], Value]


@dataclass(frozen=True)
class Keys:
    """The key's columns: how each is turned back, and which of them, in the table's order, make the partition key."""

    inverses: tuple[Inverse | None, ...]  # None: canonical bytes are those of the wire
    partition: tuple[int, ...]

    def wire(self, key: Key) -> list[bytes] | None:
        """What to bind; None for a key that Cassandra can't hold, such as a number too large for its column."""
        found: list[bytes] = []
        for value, inverse in zip(key, self.inverses, strict=True):
            turned = inverse(value) if inverse else value
            if turned is None:
                return None
            found.append(turned)
        return found

    def token(self, key: Key) -> int | None:
        """The Murmur3 token of the key's partition; None for a key that Cassandra can't hold."""
        wire = self.wire(key)
        return None if wire is None else token([wire[place] for place in self.partition])


def token(parts: Sequence[bytes]) -> int:
    """Of the values of a partition key as they are on the wire."""
    if len(parts) == 1:
        return int(Murmur3Token.hash_fn(parts[0]))
    return int(Murmur3Token.hash_fn(b"".join(len(part).to_bytes(2, "big") + part + b"\x00" for part in parts)))


def inverse(column: Compared, cql: Cql) -> Inverse | None:
    """How a key's column is turned back. Raises `UncomparableType` where several values have one canonical form."""
    if as_sent(cql, column.type, column.rule):
        return None
    same = cql.name, column.type.name
    exact = not column.rule.given()
    if exact and column.type.name == "integer" and not cql.of:
        return _narrower(values.SIZES[cql.name])
    if exact and same == ("date", "date"):
        return lambda value: bytes([value[0] ^ 0x80]) + value[1:] if len(value) == 4 else None
    if exact and same == ("timestamp", "timestamp") and column.type.unit == "us":
        return _ticks(1_000, divide=True)
    if exact and same == ("time", "time") and column.type.unit == "us":
        return _ticks(1_000, divide=False)
    if exact and same in {("double", "float"), ("float", "float")} and values.SIZES[cql.name] == column.type.size:
        return lambda value: value
    if exact and column.type.name == "decimal" and (cql.name in values.SIZES or cql.name == "varint"):
        return _whole(values.SIZES.get(cql.name))
    raise UncomparableType(
        f"{column.source} of Cassandra's type {cql} can't be a key compared as {column.type.name}: rows could not be "
        "looked up by it. Give the target's column the type that fits, without rules."
    )


def _narrower(size: int) -> Inverse:
    return lambda value: _fitting(values.integer(value), size)


def _fitting(number: int, size: int) -> Value:
    fits = -(1 << size * 8 - 1) <= number < 1 << size * 8 - 1
    return number.to_bytes(size, "big", signed=True) if fits else None


def _ticks(by: int, *, divide: bool) -> Inverse:
    def turn(value: bytes) -> Value:
        if len(value) < 8:
            return None  # infinity
        number = values.integer(value)
        if divide and number % by:
            return None
        return (number // by if divide else number * by).to_bytes(8, "big", signed=True)

    return turn


def _whole(size: int | None) -> Inverse:
    """Of a decimal's digits; `size` None is varint, as short as it can be."""

    def turn(value: bytes) -> Value:
        if not value.lstrip(b"-").isdigit():
            return None
        number = int(value)
        if size is not None:
            return _fitting(number, size)
        bits = (number if number >= 0 else ~number).bit_length()
        return number.to_bytes(bits // 8 + 1, "big", signed=True)

    return turn
