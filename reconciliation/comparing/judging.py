"""Whether two rows of one key differ, once tolerances and columns that are left out are taken into account."""

from collections import Counter
from collections.abc import Mapping

from reconciliation.canonical.equal import differing
from reconciliation.definition import Definition
from reconciliation.sources.protocol import Key, Row


class Judge:
    """Asked only about rows whose bytes differ, so that what equality takes beyond bytes costs equal rows nothing.

    `left_out` maps a target column that an ignore rule leaves out to the rule's id; `hits` counts, by id, the rows that
    differ in nothing else.
    """

    def __init__(self, definition: Definition, left_out: Mapping[str, int]) -> None:
        self._definition = definition
        self._left_out = left_out
        self.width = definition.keys
        self.hits: Counter[int] = Counter()

    def key(self, row: Row) -> Key:
        return row[: self.width]  # type: ignore[return-value]  # a key's values are never NULL

    def columns(self, source: Row, target: Row) -> tuple[str, ...]:
        """Target columns that differ and count; none of them counts a hit for the rules that made it so."""
        names = differing(self._definition, source, target)
        counting = tuple(name for name in names if name not in self._left_out)
        if names and not counting:
            self.hits.update({self._left_out[name] for name in names})
        return counting

    def excuses(self, source: Row | None, target: Row | None) -> bool:
        """Whether rows that differ in nothing that counts do in what a rule leaves out: then they prove nothing."""
        if not self._left_out or source is None or target is None or source == target:
            return False
        return any(name in self._left_out for name in differing(self._definition, source, target))

    def differ(self, source: Row, target: Row) -> bool:
        return bool(self.columns(source, target))
