"""Reading candidates again on both sides, and saying what is true of each now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from reconciliation.comparing.judging import Judge
from reconciliation.sources.protocol import Key, ReadTimeout, Row, Side
from reconciliation.states import MismatchType

EXPIRING = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A key whose rows differ still, and what both sides show of them; None: no such row."""

    key: Key
    type: MismatchType
    columns: tuple[str, ...]
    source: Row | None
    target: Row | None
    source_shown: dict[str, Any] | None
    target_shown: dict[str, Any] | None


@dataclass(kw_only=True)
class Verdict:
    """What became of the candidates: equal now, left for the next job, or different. `excused` are those of the equal
    that only an ignore rule makes so."""

    equal: list[Key] = field(default_factory=list)
    excused: list[Key] = field(default_factory=list)
    deferred: list[Key] = field(default_factory=list)
    different: list[Difference] = field(default_factory=list)


def confirm(keys: Sequence[Key], source: Side, target: Side, judge: Judge, began: datetime) -> Verdict:
    """Read the keys on both sides. Rows of the source that were written since `began` may be on their way, and of those
    that are about to expire nothing holds for long: deferred.

    Keys that take too long together are read in halves; raises `ReadTimeout` when one alone does.
    """
    try:
        return _confirm(keys, source, target, judge, began)
    except ReadTimeout:
        if len(keys) < 2:
            raise
    middle = len(keys) // 2
    halves = [confirm(half, source, target, judge, began) for half in (keys[:middle], keys[middle:])]
    return Verdict(
        equal=[key for half in halves for key in half.equal],
        excused=[key for half in halves for key in half.excused],
        deferred=[key for half in halves for key in half.deferred],
        different=[one for half in halves for one in half.different],
    )


def _confirm(keys: Sequence[Key], source: Side, target: Side, judge: Judge, began: datetime) -> Verdict:
    of_source, of_target = source.fetch(keys), target.fetch(keys)
    verdict = Verdict()
    differing: dict[Key, tuple[str, ...]] = {}
    for key in keys:
        columns = _columns(judge, of_source.get(key), of_target.get(key))
        if columns is None:
            verdict.equal.append(key)
            if judge.excuses(of_source.get(key), of_target.get(key)):
                verdict.excused.append(key)
        else:
            differing[key] = columns
    on_their_way = _on_their_way(list(differing), source, began) if differing else set()
    verdict.deferred = [key for key in differing if key in on_their_way]
    for key, columns in differing.items():
        if key not in on_their_way:
            verdict.different.append(_difference(key, columns, of_source.get(key), of_target.get(key), source, target))
    return verdict


def _on_their_way(keys: Sequence[Key], source: Side, began: datetime) -> set[Key]:
    return source.written_since(keys, began) | source.expiring(keys, EXPIRING)


def _columns(judge: Judge, source: Row | None, target: Row | None) -> tuple[str, ...] | None:
    """Columns that differ, none of them for a row that one side lacks; None for equal rows."""
    if source == target:
        return None
    if source is None or target is None:
        return ()
    return judge.columns(source, target) or None


def _difference(
    key: Key, columns: tuple[str, ...], source: Row | None, target: Row | None, left: Side, right: Side
) -> Difference:
    return Difference(
        key=key,
        type=_type(source, target),
        columns=columns,
        source=source,
        target=target,
        source_shown=None if source is None else left.shown(source),
        target_shown=None if target is None else right.shown(target),
    )


def _type(source: Row | None, target: Row | None) -> MismatchType:
    if target is None:
        return MismatchType.MISSING_IN_POSTGRES
    return MismatchType.MISSING_IN_CASSANDRA if source is None else MismatchType.DATA_MISMATCH
