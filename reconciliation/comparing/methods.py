"""How two tables are compared: which ranges there are, and what is done with one."""

from enum import StrEnum

from reconciliation.definition import Definition
from reconciliation.states import SourceKind, Strategy


class Method(StrEnum):
    """As the job shows it."""

    TOKEN_RANGES = "token ranges"  # noqa: S105  the target has the partition token: both sides read the same ranges
    KEY_RANGES = "key ranges"  # two PostgreSQL tables, by ranges of the key
    LOOK_UPS = "look-ups"  # no ranges in common: each side's rows are looked up in the other
    SAMPLE = "random keys"
    COUNTS = "counts"


def method_of(definition: Definition, strategy: Strategy) -> Method:
    """What the strategy comes to for these two sides."""
    if strategy == Strategy.SAMPLE:
        return Method.SAMPLE
    if strategy == Strategy.ROW_COUNT:
        return Method.COUNTS
    if strategy == Strategy.TIMESTAMP_RANGE or not share_ranges(definition):
        return Method.LOOK_UPS
    return Method.TOKEN_RANGES if definition.source.kind == SourceKind.CASSANDRA else Method.KEY_RANGES


def share_ranges(definition: Definition) -> bool:
    """Whether a range of the source means the same rows of the target."""
    return definition.source.kind == SourceKind.POSTGRESQL or bool(definition.token_column)
