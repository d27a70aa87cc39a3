"""A mismatch between the one before and the one after in the list it was opened from."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse

from project.console.paginator import COUNTED
from reconciliation.models import Mismatch
from reconciliation.queries.chosen import Chosen


@dataclass(frozen=True)
class Place:
    """Where it stands; `number` is None for one that the list doesn't have (any more)."""

    number: int | None
    total: int
    previous: str
    next: str

    @property
    def capped(self) -> bool:
        return self.total > COUNTED

    @property
    def counted(self) -> int:
        return min(self.total, COUNTED)


def place(mismatch: Mismatch, chosen: Chosen) -> Place:
    """By keyset: as fast in a list of a million as in one of ten."""
    rows = chosen.rows()
    same = Q(detected_at=mismatch.detected_at)
    before = rows.filter(Q(detected_at__gt=mismatch.detected_at) | (same & Q(pk__lt=mismatch.pk)))
    after = rows.filter(Q(detected_at__lt=mismatch.detected_at) | (same & Q(pk__gt=mismatch.pk)))
    ahead = before.order_by()[:COUNTED].count()
    there = ahead < COUNTED and rows.filter(pk=mismatch.pk).exists()
    return Place(
        number=ahead + 1 if there else None,
        total=rows.order_by()[: COUNTED + 1].count(),
        previous=_address(before.order_by("detected_at", "-pk"), chosen),
        next=_address(after, chosen),
    )


def page_address(pk: object, chosen: Chosen) -> str:
    """The page of a mismatch, as one of a list."""
    query = chosen.query()
    address = reverse("admin:mismatch", args=[pk])
    return f"{address}?{query}" if query else address


def _address(rows: QuerySet[Mismatch], chosen: Chosen) -> str:
    found = rows.values_list("pk", flat=True).first()
    return page_address(found, chosen) if found else ""
