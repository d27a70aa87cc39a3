"""What the comparison of a range gives."""

from dataclasses import dataclass, field

from reconciliation.sources.protocol import Key
from reconciliation.states import Direction


@dataclass(kw_only=True)
class Findings:
    """Rows that were read and the keys whose rows differ; None rows of a side that wasn't read for itself.

    `compared` counts the keys that were looked at on both sides.
    """

    source_rows: int | None = None
    target_rows: int | None = None
    compared: int = 0
    keys: list[Key] = field(default_factory=list)

    def add(self, part: "Findings") -> None:
        """What was found in another part of the range, read on both sides."""
        self.source_rows = (self.source_rows or 0) + (part.source_rows or 0)
        self.target_rows = (self.target_rows or 0) + (part.target_rows or 0)
        self.compared += part.compared
        self.keys += part.keys


class TooManyRows(Exception):
    """More rows of a range differ, or are in it, than a reader should hold: its halves are compared instead."""

    def __init__(self, side: Direction, rows: int) -> None:
        super().__init__(f"{rows:,} rows of the {side.label.lower()} in one range are too many to hold.")
        self.side = side


class KeysRepeat(Exception):
    """A side has several rows of one key: nothing that is compared by that key would prove anything."""

    def __init__(self, side: str) -> None:
        super().__init__(
            f"The {side} has more than one row for a key of the mapping. Choose columns that identify a row, "
            "or remove the duplicates."
        )
