"""Both rows of one key as they are now."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from project.api.errors import Conflict
from reconciliation.canonical.digest import digest
from reconciliation.canonical.notation import written
from reconciliation.comparing import keys
from reconciliation.comparing.judging import Judge
from reconciliation.definition import Definition, columns
from reconciliation.models import Mismatch
from reconciliation.services.rules import column_rules
from reconciliation.sources.opening import open_both
from reconciliation.sources.protocol import Key, Row, Side
from reconciliation.states import MismatchType


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A key with its row on either side; None where there is none. `columns` of the target differ."""

    key: Key
    source: Row | None
    target: Row | None
    columns: tuple[str, ...]

    @property
    def kind(self) -> MismatchType | None:
        """What differs; None when nothing does, or when both sides have no such row."""
        if self.source is None:
            return None if self.target is None else MismatchType.MISSING_IN_CASSANDRA
        if self.target is None:
            return MismatchType.MISSING_IN_POSTGRES
        return MismatchType.DATA_MISMATCH if self.columns else None


@dataclass(frozen=True)
class Sides:
    """Both sides of a mapping, opened."""

    definition: Definition
    source: Side
    target: Side

    def pair(self, key: Key) -> Pair:
        """One key, read from both now."""
        return paired(self.definition, key, self.source.fetch([key]).get(key), self.target.fetch([key]).get(key))

    def shown(self, pair: Pair) -> dict[str, Any]:
        """The fields of a mismatch that show the rows."""
        return {
            "source_data": None if pair.source is None else self.source.shown(pair.source),
            "target_data": None if pair.target is None else self.target.shown(pair.target),
            "source_checksum": None if pair.source is None else digest(pair.source),
            "target_checksum": None if pair.target is None else digest(pair.target),
            "columns": list(pair.columns),
        }


def paired(definition: Definition, key: Key, source: Row | None, target: Row | None) -> Pair:
    """Two rows and what differs between them, with what the ignore rules of the mapping leave out."""
    judge = Judge(definition, column_rules(definition.mapping_id))
    differing = judge.columns(source, target) if source is not None and target is not None else ()
    return Pair(key=key, source=source, target=target, columns=differing)


@contextmanager
def opened(definition: Definition) -> Iterator[Sides]:
    """Raises what opening raises: `SourceError`, `SchemaChanged`."""
    with open_both(definition) as (source, target):
        yield Sides(definition, source, target)


class KeyChanged(Conflict):
    """409: a mismatch was found by other key columns than the mapping has: its key would name another row, or none."""


def key_of(mismatch: Mismatch) -> Key:
    """The key as the sides take it. Raises `KeyChanged`."""
    then, now = (_key_columns(given) for given in (mismatch.job.definition["columns"], mismatch.mapping.columns))
    if then != now:
        was, is_now = (", ".join(f"{source} ({type_})" for source, _, type_ in key) for key in (then, now))
        raise KeyChanged(
            f"The key of {mismatch.mapping.name} was {was} when this was found, and is {is_now} now: nothing says "
            "which row is meant. Compare the table again."
        )
    return keys.from_json(mismatch.key)


def _key_columns(given: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(one.source, one.target, written(one.type)) for one in columns(given) if one.key]
