"""What two columns are compared as, and by which rule."""

from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class Type:
    """A canonical type. `name` is one of NAMES; `of` are the types of elements, fields or of key and value.

    `size` is bytes of an integer (2, 4, 8) or a float (4, 8); `unit` of times and timestamps is s, ms or us. Written as
    text it is `integer(8)`, `timestamp(ms)`, `map<text,list<decimal>>`, `record<street text,number integer(4)>`.
    """

    name: str
    of: tuple["Type", ...] = ()
    size: int | None = None
    unit: str | None = None
    fields: tuple[str, ...] = ()


NAMES = frozenset(
    {
        "boolean", "integer", "decimal", "float", "text", "bytes", "uuid", "date", "time", "timestamp", "duration",
        "inet", "json", "list", "set", "map", "tuple", "record",
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How values of a pair of columns are compared: exactly, unless something is said here."""

    unit: str | None = None  # of time and timestamp: compare at this unit, truncated (s, ms, us)
    absolute: float | None = None  # numbers, and timestamps in seconds, that differ by no more are equal
    relative: float | None = None  # or by no more than this share of the larger
    nfc: bool = False  # texts in Unicode normal form C
    trim: bool = False  # texts without white space at both ends
    empty_is_null: bool = False  # an empty text is NULL
    ignore: bool = False  # shown, and not compared

    @property
    def tolerant(self) -> bool:
        """Whether equality takes more than equal bytes."""
        return self.absolute is not None or self.relative is not None

    @classmethod
    def of(cls, given: dict[str, Any]) -> Self:
        return cls(**given)

    def given(self) -> dict[str, Any]:
        """What differs from the default, as JSON."""
        default = type(self)()
        return {name: value for name, value in vars(self).items() if value != getattr(default, name)}


EXACT = Rule()


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A pair of columns and what they are compared as."""

    source: str
    target: str
    type: Type
    key: bool = False
    rule: Rule = field(default=EXACT)
