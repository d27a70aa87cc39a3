"""What could be compared with what, read from both schemas. Nothing is saved."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from reconciliation.canonical import EXACT, Compared, Rule, Type
from reconciliation.canonical.common import UncomparableType, common
from reconciliation.definition import Place
from reconciliation.services.mappings.tables import Table, both_tables
from reconciliation.sources.protocol import Column

WRITTEN_AT = ("updated_at", "modified_at", "last_modified", "last_updated", "updated", "modified", "written_at")
ROUNDING = Rule(relative=1e-6)


@dataclass(frozen=True)
class Offer:
    """A rule that could be chosen instead of exact comparison, and when to choose it."""

    rule: Rule
    reason: str

    @property
    def words(self) -> str:
        """The rule as the form has it: `unit ms`."""
        return ", ".join(f"{name} {value}" for name, value in self.rule.given().items())


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two columns that belong together by name. `type` is None when they can't be compared: `refusal` says why."""

    source: Column
    target: Column
    type: Type | None
    key: bool
    refusal: str = ""
    offers: tuple[Offer, ...] = ()

    @property
    def compared(self) -> Compared | None:
        """As a mapping has it."""
        if self.type is None:
            return None
        return Compared(source=self.source.name, target=self.target.name, type=self.type, key=self.key, rule=EXACT)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A mapping's columns as both schemas suggest them, and what is left over on each side."""

    source: Table
    target: Table
    pairs: tuple[Pair, ...]
    only_source: tuple[Column, ...]
    only_target: tuple[Column, ...]
    timestamp_column: str
    token_column: str

    @property
    def columns(self) -> tuple[Compared, ...]:
        """Those that can be compared, the key's first."""
        found = [compared for pair in self.pairs if (compared := pair.compared)]
        order = {name: place for place, name in enumerate(self.source.primary_key)}
        return tuple(sorted(found, key=lambda column: order.get(column.source, len(order))))

    @property
    def refused(self) -> tuple[Pair, ...]:
        """Pairs that can't be compared."""
        return tuple(pair for pair in self.pairs if pair.type is None)


def propose(source: Place, target: Place) -> Proposal:
    """Raises `SourceError` for a side that can't be reached and `SchemaChanged` for a table that isn't there."""
    return proposed(*both_tables(source, target))


def proposed(source: Table, target: Table) -> Proposal:
    """The same from tables that are read already."""
    partners = _partners(source.shape.columns, target.shape.columns)
    pairs = tuple(pair(source, target, left, right) for left, right in partners)
    paired = {right.name for _, right in partners}
    token_column = _token_column(source, target, paired)
    return Proposal(
        source=source,
        target=target,
        pairs=pairs,
        only_source=_without(source.shape.columns, {left.name for left, _ in partners}),
        only_target=_without(target.shape.columns, paired | {token_column}),
        timestamp_column=_timestamp_column(target),
        token_column=token_column,
    )


def offers(source: Type, target: Type) -> tuple[Offer, ...]:
    """The rules that fit a pair which is exact by default."""
    found = []
    if source.name in {"timestamp", "time"} and source.unit and source.unit != target.unit:
        coarser = max(source.unit, target.unit or source.unit, key=["us", "ms", "s"].index)
        found.append(Offer(Rule(unit=coarser), f"the copy may have lost what is below {coarser}"))
    if source.name == "float" and source.size != target.size:
        found.append(Offer(ROUNDING, "single and double precision round differently"))
    return tuple(found)


def pair(source: Table, target: Table, left: Column, right: Column) -> Pair:
    """Two columns, as what they would be compared, or why they can't be."""
    key = left.name in source.primary_key
    try:
        beside = target.type_of(right)
        types = source.type_of(left, beside), beside
        return Pair(source=left, target=right, type=common(*types), key=key, offers=() if key else offers(*types))
    except UncomparableType as error:
        return Pair(source=left, target=right, type=None, key=key, refusal=error.message)


def _partners(source: Iterable[Column], target: Iterable[Column]) -> list[tuple[Column, Column]]:
    """By name; then by name without regard to case and underscores, where only one on each side can be meant."""
    left, right = {column.name: column for column in source}, {column.name: column for column in target}
    found = {name: name for name in left if name in right}
    rest = _plain(name for name in right if name not in found.values())
    for plain, name in _plain(name for name in left if name not in found).items():
        if plain in rest:
            found[name] = rest[plain]
    return [(left[name], right[found[name]]) for name in left if name in found]


def _plain(names: Iterable[str]) -> dict[str, str]:
    """Names by what is left of them; those that become the same are left out."""
    listed = [(name.casefold().replace("_", ""), name) for name in names]
    counts = Counter(plain for plain, _ in listed)
    return {plain: name for plain, name in listed if counts[plain] == 1}


def _without(columns: tuple[Column, ...], names: set[str]) -> tuple[Column, ...]:
    return tuple(column for column in columns if column.name not in names)


def _token_column(source: Table, target: Table, paired: set[str]) -> str:
    """An indexed bigint with token in its name that nothing of the source is paired with."""
    if not source.has_tokens:
        return ""
    for column in target.shape.columns:
        if column.name not in paired and "token" in column.name.casefold() and target.can_hold_tokens(column):
            return column.name
    return ""


def _timestamp_column(target: Table) -> str:
    timestamps = {column.name for column in target.shape.columns if target.is_timestamp(column)}
    return next((name for name in WRITTEN_AT if name in timestamps), "")
