"""How reconciliation stands: open mismatches, and of each table the last comparison and its drift."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from reconciliation import drift
from reconciliation.drift import Severity
from reconciliation.models import Mapping, Mismatch, ReconciliationJob
from reconciliation.queries.judging import judging
from reconciliation.states import MismatchType, Resolution

OLD = timedelta(days=7)
LOOKED_AT = 500  # mappings
COUNTED = 10_000  # open mismatches of a kind


@dataclass(frozen=True)
class Table:
    """A mapped table: its last comparison, and the one of those that came to their end that its drift is from."""

    name: str
    last: ReconciliationJob | None
    ended: ReconciliationJob | None

    @property
    def drift(self) -> float | None:
        return None if self.ended is None else drift.percent(self.ended)

    @property
    def severity(self) -> Severity | None:
        return None if self.ended is None else drift.severity(self.ended)


@dataclass(frozen=True)
class Open:
    """Open mismatches; each count is one more than `COUNTED` where there are more."""

    total: int
    old: int
    by_type: dict[str, int]


def tables() -> list[Table]:
    """Of the enabled mappings, the first `LOOKED_AT` by name, those with the greatest drift first."""
    jobs = ReconciliationJob.objects.filter(mapping=OuterRef("pk")).order_by("-created_at")
    found = Mapping.objects.filter(enabled=True).annotate(
        last_id=Subquery(jobs.values("pk")[:1]), ended_id=judging(jobs)
    )
    rows = list(found.order_by("name").values_list("name", "last_id", "ended_id")[:LOOKED_AT])
    wanted = {pk for _, *ids in rows for pk in ids if pk}
    known = _jobs(wanted)
    listed = [Table(name, known.get(last), known.get(end)) for name, last, end in rows]
    return sorted(listed, key=lambda table: -(table.drift or 0.0))


def not_looked_at() -> int:
    """How many enabled mappings `tables` leaves out."""
    return max(Mapping.objects.filter(enabled=True).count() - LOOKED_AT, 0)


def open_mismatches() -> Open:
    """Counted no further than a page says."""
    pending = Mismatch.objects.filter(resolution_status=Resolution.PENDING).order_by()
    by_type = {kind: pending.filter(mismatch_type=kind)[: COUNTED + 1].count() for kind in MismatchType.values}
    old = pending.filter(detected_at__lte=timezone.now() - OLD)
    return Open(pending[: COUNTED + 1].count(), old[: COUNTED + 1].count(), by_type)


def _jobs(ids: Collection[UUID]) -> dict[UUID | None, ReconciliationJob]:
    return {job.pk: job for job in ReconciliationJob.objects.select_related("mapping").filter(pk__in=ids)}
