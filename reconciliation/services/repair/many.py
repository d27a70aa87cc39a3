"""Repairing many mismatches: one after another, each previewed and carried out at once."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any, Self

from project.api.errors import Conflict
from reconciliation.definition import Definition
from reconciliation.models import Mismatch
from reconciliation.services.fresh import Sides, opened
from reconciliation.services.repair.apply import carry_out
from reconciliation.services.repair.exact import exact
from reconciliation.services.repair.orders import Order
from reconciliation.services.repair.plan import Plan, planned
from reconciliation.services.repair.selection import Selection

REASONS_KEPT = 20


@dataclass(kw_only=True)
class Tally:
    """How far it is. `after` is the last that was tried; a resumed attempt goes on behind it."""

    applied: int = 0
    refused: int = 0
    seconds: float = 0.0
    after: tuple[str, str] | None = None
    reasons: list[str] = field(default_factory=list)
    out_of_time: bool = False

    @classmethod
    def of(cls, checkpoint: Any) -> Self:
        return cls(**checkpoint) if checkpoint else cls()

    def document(self) -> dict[str, Any]:
        return asdict(self)

    def refuse(self, mismatch: Mismatch, reason: str) -> None:
        """Counts it, and keeps the first reasons; each is with its mismatch besides."""
        self.refused += 1
        if len(self.reasons) < REASONS_KEPT:
            self.reasons.append(f"{mismatch.table_name} / {mismatch.primary_key_value}: {reason}")


def work(order: Order, tally: Tally, between: Callable[[Tally], None]) -> Tally:
    """Repairs one after another until all were tried or the time is over; `between` is called after each and may raise.

    What is refused is counted and left as it is. Raises `SourceError` and `SchemaChanged`: nothing goes on without a
    side.
    """
    began, before = monotonic(), tally.seconds
    with _Open() as sides:
        for mismatch in _each(order.selection, tally):
            if tally.seconds >= order.budget_seconds:
                tally.out_of_time = True
                break
            _one(mismatch, order, tally, sides)
            tally.after = (str(mismatch.mapping_id), str(mismatch.pk))
            tally.seconds = before + monotonic() - began
            between(tally)
    return tally


def previews(order: Order) -> Iterator[Plan]:
    """What each repair would be, without doing any, until the time is over."""
    end = monotonic() + order.budget_seconds
    with _Open() as sides:
        for mismatch in _each(order.selection, Tally()):
            if monotonic() >= end:
                return
            definition, open_sides = sides.of(mismatch)
            yield planned(mismatch, definition, open_sides, may_delete=order.may_delete)


def _each(selection: Selection, tally: Tally) -> Iterator[Mismatch]:
    after = tally.after
    while block := selection.block(after):
        yield from block
        after = (str(block[-1].mapping_id), str(block[-1].pk))


def _one(mismatch: Mismatch, order: Order, tally: Tally, sides: "_Open") -> None:
    definition, open_sides = sides.of(mismatch)
    plan = planned(mismatch, definition, open_sides, may_delete=order.may_delete)
    try:
        carry_out(plan, open_sides, expected=plan.seal, actor=order.actor, note=order.reason)
    except Conflict as refusal:
        tally.refuse(mismatch, refusal.message)
    else:
        tally.applied += 1


class _Open:
    """The sides of the mapping at hand, opened when its first row comes and closed with the next mapping's."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._mapping: int | None = None
        self._found: tuple[Definition, Sides] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def of(self, mismatch: Mismatch) -> tuple[Definition, Sides]:
        """The mapping's definition, and its sides with values as they are."""
        if self._found is None or self._mapping != mismatch.mapping_id:
            self._stack.close()
            definition = Definition.of(mismatch.mapping)
            self._found = definition, self._stack.enter_context(opened(exact(definition)))
            self._mapping = mismatch.mapping_id
        return self._found
