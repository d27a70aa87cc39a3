"""Repairing many mismatches, as a job of the engine: one after another, each previewed and carried out at once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, Self
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from project.access import audit
from project.api.errors import Conflict, InvalidRequest, NotFound
from reconciliation.definition import Definition
from reconciliation.models import Mismatch
from reconciliation.queries.chosen import Chosen
from reconciliation.services.fresh import Sides, opened
from reconciliation.services.repair.apply import carry_out
from reconciliation.services.repair.exact import exact
from reconciliation.services.repair.plan import Plan, planned
from workers import services as engine
from workers.models import Execution

JOB_TYPE = WORKFLOW = "reconciliation.repair"
JOB_KEY = "repair"
BLOCK = 200
BUDGET_SECONDS = 300.0
LONGEST_BUDGET = 86_400.0
MOST_IDS = 1000
REASONS_KEPT = 20


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which mismatches: these ids, or what the filters let through; with `until` (ISO 8601) if found by then.

    JSON takes it as it is.
    """

    ids: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    until: str = ""

    def rows(self) -> QuerySet[Mismatch]:
        """All of them."""
        if self.ids:
            return Mismatch.objects.filter(pk__in=self.ids)
        if not self.until:
            return Chosen.of(self.filters).rows()
        until = datetime.fromisoformat(self.until)
        return Chosen.of(self.filters).rows(until).filter(detected_at__lte=until)

    def block(self, after: tuple[str, str] | None) -> list[Mismatch]:
        """The next of them, by table, the mapping's sides being opened once for all of its rows."""
        rows = self.rows().select_related("mapping__source", "mapping__target").order_by("mapping_id", "pk")
        if after is not None:
            mapping, last = after
            rows = rows.filter(mapping_id__gte=int(mapping)).exclude(mapping_id=int(mapping), pk__lte=UUID(last))
        return list(rows[:BLOCK])

    def count(self) -> int:
        return len(self.ids) or self.rows().order_by().count()


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


@dataclass(frozen=True, kw_only=True)
class Order:
    """What was asked for: how long it may take, whether rows may be deleted, by whom, why."""

    selection: Selection
    budget_seconds: float
    may_delete: bool
    actor: User | None
    reason: str


def submit(order: Order) -> Execution:
    """Hands it to the engine and returns at once. Raises `InvalidRequest` for a selection or a budget that can't be."""
    if not 0 < order.budget_seconds <= LONGEST_BUDGET:
        raise InvalidRequest.field("budget_seconds", f"Give seconds, at most {LONGEST_BUDGET:,.0f}.")
    if len(order.selection.ids) > MOST_IDS:
        raise InvalidRequest.field("ids", f"Give at most {MOST_IDS:,} ids, or filters.")
    if not order.reason.strip():
        raise InvalidRequest.field("reason", "Say why: the reason stays with each repair.")
    payload = {
        "selection": asdict(order.selection),
        "budget_seconds": order.budget_seconds,
        "may_delete": order.may_delete,
        "actor": order.actor.pk if order.actor else None,
        "reason": order.reason,
    }
    spec = engine.JobSpec(key=JOB_KEY, type=JOB_TYPE, name="Repair mismatches", payload=payload)
    execution = engine.submit(workflow=WORKFLOW, jobs=[spec], actor=order.actor)
    audit.record(operation="mismatch.repair_many", target=f"exec-{execution.pk}", details=payload, actor=order.actor)
    return execution


def running() -> list[Execution]:
    """Repairs of many that go on."""
    return list(Execution.objects.filter(workflow=WORKFLOW, completed_at=None).select_related("actor").order_by("pk"))


def stop(*, execution_id: int, actor: User | None, reason: str) -> bool:
    """Stops one after the row at hand; what is repaired stays. False for one that has ended. Raises `NotFound`."""
    if not Execution.objects.filter(pk=execution_id, workflow=WORKFLOW).exists():
        raise NotFound(f"exec-{execution_id} is no repair of mismatches.")
    with transaction.atomic():
        stopped = engine.cancel(execution_id=execution_id, reason=reason)
        if stopped:
            details = {"reason": reason}
            audit.record(operation="mismatch.repair_stop", target=f"exec-{execution_id}", details=details, actor=actor)
    return stopped


def order_of(payload: dict[str, Any]) -> Order:
    """The inverse of what `submit` hands over."""
    given = payload["selection"]
    return Order(
        selection=Selection(ids=tuple(given["ids"]), filters=given["filters"], until=given["until"]),
        budget_seconds=payload["budget_seconds"],
        may_delete=payload["may_delete"],
        actor=User.objects.filter(pk=payload["actor"]).first(),
        reason=payload["reason"],
    )


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
