"""Items by column: those with the same fields go through a pipeline together.

A step that works on a list of values costs a tenth of a microsecond for each; called item by item, the calls alone cost
as much as the work.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from typing import Any

from .rebuilding import items_of
from .refusals import NO_OBJECT, RowError, Unfit

Column = list[Any]
One = Callable[[Any], Any]  # a value to its successor; raises `Unfit`
Many = Callable[[Column], Column]  # the same for a column; what it raises makes the frame ask for each value


class Frame:
    """Items with the same fields. `rows` says where they stood; a bad or filtered item leaves the frame."""

    def __init__(self, rows: Sequence[int], columns: dict[str, Column]) -> None:
        self.rows = rows
        self.columns = columns
        self.errors: list[RowError] = []
        self.filtered = 0

    def convert(self, field: str, one: One, many: Many) -> None:
        """Replace the values of a field, where the items have it."""
        column = self.columns.get(field)
        if column is None:
            return
        try:
            self.columns[field] = many(column)
        except (Unfit, TypeError, ValueError, OverflowError):
            self.fill(field, field, column, one)

    def fill(self, field: str, named: str, values: Iterable[Any], one: One) -> None:
        """Set a field to what `one` makes of each value; items for which it raises `Unfit` leave with an error."""
        self.columns[field] = self._each(named, values, one)
        self._let_go(self.columns[field])

    def test(self, named: str, values: Iterable[Any], one: One) -> None:
        """Keep the items for which `one` is true."""
        verdicts = self._each(named, values, one)
        self.filtered += verdicts.count(False)
        self.keep([verdict is True for verdict in verdicts])

    def refuse(self, field: str, reason: str) -> None:
        """Every item of the frame is bad."""
        self.errors += [RowError(row, field, reason) for row in self.rows]
        self.keep([False] * len(self.rows))

    def keep(self, flags: Sequence[bool]) -> None:
        """Only the items with a true flag stay."""
        self.rows = list(compress(self.rows, flags))
        self.columns = {name: list(compress(column, flags)) for name, column in self.columns.items()}

    def values(self, fields: Sequence[str]) -> Iterable[tuple[Any, ...]]:
        """The values of these fields, item by item; None for fields that the items don't have."""
        if not fields:
            return [()] * len(self.rows)
        absent = [None] * len(self.rows)
        return zip(*(self.columns.get(field, absent) for field in fields), strict=True)

    def items(self) -> list[dict[str, Any]]:
        """The items as they are now."""
        return items_of(self.columns, len(self.rows))

    def _each(self, named: str, values: Iterable[Any], one: One) -> Column:
        made: Column = []
        for row, value in zip(self.rows, values, strict=True):
            try:
                made.append(one(value))
            except Unfit as unfit:
                self.errors.append(RowError(row, named, unfit.reason))
                made.append(_BAD)
        return made

    def _let_go(self, column: Column) -> None:
        flags = [value is not _BAD for value in column]
        if not all(flags):
            self.keep(flags)


_BAD = object()


def frames_of(items: Sequence[Any], first_row: int) -> tuple[list[Frame], list[RowError]]:
    """The items by their fields, and an error for each that isn't an object."""
    if items and (columns := _uniform(items)) is not None:
        return [Frame(range(first_row, first_row + len(items)), columns)], []
    groups: dict[tuple[str, ...], list[int]] = {}
    errors = []
    for index, item in enumerate(items):
        if type(item) is dict:
            groups.setdefault(tuple(item), []).append(index)
        else:
            errors.append(RowError(first_row + index, None, NO_OBJECT))
    return [_group(items, fields, chosen, first_row) for fields, chosen in groups.items()], errors


def _uniform(items: Sequence[Any]) -> dict[str, Column] | None:
    """The columns, when all items have the same fields: as many as the first one, and each of its."""
    if set(map(type, items)) != {dict}:
        return None
    first = items[0]
    if set(map(len, items)) != {len(first)}:
        return None
    try:
        return {field: [item[field] for item in items] for field in first}
    except KeyError:
        return None


def _group(items: Sequence[Any], fields: tuple[str, ...], chosen: list[int], first_row: int) -> Frame:
    return Frame(
        [first_row + index for index in chosen],
        {field: [items[index][field] for index in chosen] for field in fields},
    )
