"""Which canonical values PostgreSQL can hold at all: Cassandra's have wider bounds."""

from .types import Type

TIMESTAMPS = (-210_866_803_200_000_000, 9_224_318_016_000_000_000)  # microseconds: 4714-11-24 BC to 294277, excluded
DATES = (-2_440_588, 2_145_031_949)  # days: 4714-11-24 BC to 5874898, excluded
_PER_UNIT = {"s": 1_000_000, "ms": 1_000, "us": 1}


def storable(value: bytes, type_: Type) -> bool:
    """Whether a value of a key can be in a table of PostgreSQL."""
    match type_.name:
        case "text":
            return b"\x00" not in value
        case "decimal":
            return b"e" not in value
        case "date":
            return len(value) == 1 or _within(value, 1, DATES)
        case "timestamp":
            return len(value) == 1 or _within(value, _PER_UNIT[type_.unit or "us"], TIMESTAMPS)
    return True


def _within(value: bytes, factor: int, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= int.from_bytes(value, "big", signed=True) * factor < bounds[1]
