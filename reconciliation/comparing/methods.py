"""How two tables are compared: which ranges there are, and what is done with one."""

from enum import StrEnum

from reconciliation.definition import Definition
from reconciliation.sources.postgres.digest import HashedPair
from reconciliation.sources.protocol import Side
from reconciliation.states import SourceKind, Strategy


class Method(StrEnum):
    """As the job shows it."""

    TOKEN_RANGES = "token ranges"  # noqa: S105  the target has the partition token: both sides read the same ranges
    KEY_RANGES = "key ranges"  # two PostgreSQL tables, by ranges of the key
    RECORD_HASHES = "record hashes"  # as those, but both servers hash first and only what is unequal is read
    LOOK_UPS = "look-ups"  # no ranges in common: each side's rows are looked up in the other
    SAMPLE = "random keys"
    COUNTS = "counts"


ROWS_PER_SECOND = {
    Method.TOKEN_RANGES: 100_000.0,
    Method.KEY_RANGES: 100_000.0,
    Method.RECORD_HASHES: 400_000.0,
    Method.LOOK_UPS: 10_000.0,
    Method.SAMPLE: 10_000.0,
    Method.COUNTS: 200_000.0,
}
"""What one reader is taken to do until it was measured."""

IN_MEMORY = frozenset({Method.TOKEN_RANGES, Method.KEY_RANGES, Method.LOOK_UPS})
"""Those that hold the rows of a range."""


def method_of(definition: Definition, strategy: Strategy, source: Side, target: Side) -> Method:
    """What the strategy comes to for these two sides; whether two servers hash alike is tried."""
    if strategy == Strategy.SAMPLE:
        return Method.SAMPLE
    if strategy == Strategy.ROW_COUNT:
        return Method.COUNTS
    if strategy == Strategy.TIMESTAMP_RANGE or not share_ranges(definition):
        return Method.LOOK_UPS
    if definition.source.kind == SourceKind.CASSANDRA:
        return Method.TOKEN_RANGES
    return Method.KEY_RANGES if HashedPair.of(source, target) is None else Method.RECORD_HASHES


def share_ranges(definition: Definition) -> bool:
    """Whether a range of the source means the same rows of the target."""
    return definition.source.kind == SourceKind.POSTGRESQL or bool(definition.token_column)
