"""What a repair would do, from a fresh read of both sides."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from project.access.roles import Role
from reconciliation.canonical.decode import readable
from reconciliation.canonical.digest import digest
from reconciliation.canonical.notation import written
from reconciliation.definition import Definition
from reconciliation.models import Mismatch, Repair
from reconciliation.services.fresh import KeyChanged, Pair, Sides, key_of, opened, paired
from reconciliation.services.repair.exact import exact, ruled
from reconciliation.sources.protocol import Row
from reconciliation.states import MismatchType, Resolution

DELETERS = frozenset({Role.BATCH_ADMIN})
"""Who may have a repair delete rows of the target, where the mapping allows that at all."""

ACTIONS = {
    MismatchType.MISSING_IN_POSTGRES: Repair.Action.INSERT,
    MismatchType.DATA_MISMATCH: Repair.Action.UPDATE,
    MismatchType.MISSING_IN_CASSANDRA: Repair.Action.DELETE,
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A column of the target, before and after, as JSON has the values."""

    column: str
    type: str
    before: Any
    after: Any
    changes: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What would be done. `refused` says why nothing is; `seal` names exactly these two rows and this deed.

    `pair` has the rows as they are, without the mapping's rules.
    """

    mismatch: Mismatch
    definition: Definition
    action: Repair.Action | None
    pair: Pair
    changes: tuple[Change, ...]
    refused: tuple[str, ...]
    seal: str

    @property
    def written(self) -> tuple[str, ...]:
        """The columns of the target that would be written."""
        return tuple(change.column for change in self.changes if change.changes)

    def before(self) -> dict[str, Any] | None:
        """The target's row, in its mapped columns."""
        return None if self.pair.target is None else {change.column: change.before for change in self.changes}

    def after(self) -> dict[str, Any] | None:
        """The same once it is done."""
        if self.action == Repair.Action.DELETE:
            return None
        return {change.column: change.after if change.changes else change.before for change in self.changes}


def preview(mismatch: Mismatch, *, may_delete: bool) -> Plan:
    """Reads both sides now. `may_delete`: whether the person has one of the roles `DELETERS`.

    Raises what opening a side raises: `SourceError`, `SchemaChanged`.
    """
    definition = Definition.of(mismatch.mapping)
    with opened(exact(definition)) as sides:
        return planned(mismatch, definition, sides, may_delete=may_delete)


def planned(mismatch: Mismatch, definition: Definition, sides: Sides, *, may_delete: bool) -> Plan:
    """As `preview`, with sides that are open; they were opened for the definition made exact."""
    try:
        key = key_of(mismatch)
    except KeyChanged as refusal:
        return _unreadable(mismatch, definition, refusal.message)
    source, target = sides.source.fetch([key]).get(key), sides.target.fetch([key]).get(key)
    judged = paired(definition, key, ruled(definition, source), ruled(definition, target))
    action = ACTIONS[judged.kind] if judged.kind else None
    pair = Pair(key=key, source=source, target=target, columns=judged.columns)
    return Plan(
        mismatch=mismatch,
        definition=definition,
        action=action,
        pair=pair,
        changes=_changes(definition, pair, action),
        refused=tuple(_refusals(mismatch, action, may_delete=may_delete)),
        seal=seal(mismatch, action, pair),
    )


def _unreadable(mismatch: Mismatch, definition: Definition, reason: str) -> Plan:
    """Of a row that isn't looked for: it is refused."""
    return Plan(
        mismatch=mismatch,
        definition=definition,
        action=None,
        pair=Pair(key=(), source=None, target=None, columns=()),
        changes=(),
        refused=(reason,),
        seal="",
    )


def seal(mismatch: Mismatch, action: Repair.Action | None, pair: Pair) -> str:
    """Text that is the same only for the same deed on the same two rows under the same mapping."""
    rows = "|".join("-" if row is None else digest(row) for row in (pair.source, pair.target))
    return sha256(f"{mismatch.pk}|{mismatch.mapping.version}|{action}|{rows}".encode()).hexdigest()[:32]


def _changes(definition: Definition, pair: Pair, action: Repair.Action | None) -> tuple[Change, ...]:
    changed = {
        Repair.Action.INSERT: {column.target for column in definition.columns},
        Repair.Action.UPDATE: set(pair.columns),
    }.get(action, set()) if action else set()  # fmt: skip
    return tuple(
        Change(
            column=column.target,
            type=written(column.type),
            before=_readable(pair.target, place, definition),
            after=_readable(pair.source, place, definition),
            changes=column.target in changed,
        )
        for place, column in enumerate(definition.columns)
    )


def _readable(row: Row | None, place: int, definition: Definition) -> Any:
    return None if row is None else readable(row[place], definition.columns[place].type)


def _refusals(mismatch: Mismatch, action: Repair.Action | None, *, may_delete: bool) -> list[str]:
    if action is None:
        return ["Both sides are equal now: there is nothing to repair. Re-check it."]
    refused = []
    if mismatch.resolution_status == Resolution.AUTO_RESOLVED:
        refused.append("It is AUTO_RESOLVED. Re-check it first: if it differs again, it is pending again.")
    if action == Repair.Action.DELETE and not mismatch.mapping.deletes_allowed:
        refused.append(
            "Only the target has the row, so a repair would delete it, and the mapping "
            f"{mismatch.mapping.name} doesn't allow deletes. Allow them there, if rows that the source lacks are to go."
        )
    if action == Repair.Action.DELETE and not may_delete:
        refused.append(f"A repair that deletes needs the role {' or '.join(sorted(DELETERS))}.")
    return refused
