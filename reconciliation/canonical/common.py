"""What the values of two columns are compared as."""

from project.api.errors import ErrorCode, InvalidRequest

from .notation import written
from .types import Type

UNITS = ("s", "ms", "us")  # coarse to fine
COLLECTIONS = ("list", "set", "map", "tuple", "record")


class UncomparableType(InvalidRequest):
    """400: values of these types can't be compared exactly. `message` says which types and what to do."""

    default_code = ErrorCode.UNCOMPARABLE_TYPE


def common(source: Type, target: Type) -> Type:
    """The type that holds the values of both exactly.

    Integers and floats are widened, times are compared at the finer unit, numbers of different kinds as decimals. A
    JSON document against a collection is read as that collection, a text against a document as a document. Raises
    `UncomparableType` for the rest.
    """
    found = _same(source, target) or _mixed(source, target) or _mixed(target, source)
    if found is None:
        raise UncomparableType(
            f"{written(source)} of the source and {written(target)} of the target have no common form. "
            "Change the type of one column, or leave the pair out of the mapping."
        )
    return found


def _same(one: Type, other: Type) -> Type | None:
    if one.name != other.name:
        return None
    if one.size is not None and other.size is not None:
        return max(one, other, key=lambda type_: type_.size or 0)
    if one.unit is not None and other.unit is not None:
        return max(one, other, key=lambda type_: UNITS.index(type_.unit or "s"))
    if one.of:
        return _fields(one, other)
    return one


def _fields(one: Type, other: Type) -> Type | None:
    """Two of a kind; records pair their fields by place, whatever the names."""
    if len(one.of) != len(other.of):
        return None
    return Type(one.name, tuple(common(a, b) for a, b in zip(one.of, other.of, strict=True)), fields=one.fields)


def _mixed(one: Type, other: Type) -> Type | None:
    """Types of different names, in one of the two orders."""
    match one.name, other.name:
        case "decimal", "integer":
            return one
        # the shortest decimal that reads back as the float; of 4 bytes that isn't what wider numbers were made from
        case "decimal", "float" if other.size == 8:
            return one
        case "set", "list":
            return Type("set", (common(one.of[0], other.of[0]),))
        case "record", "tuple" if len(one.of) == len(other.of):
            return Type("record", tuple(map(common, one.of, other.of)), fields=one.fields)
        case name, "json" if name in COLLECTIONS:
            return one
        case "json", "text":
            return one
    return None
