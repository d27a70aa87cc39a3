"""How old the mismatches of a list are."""

from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.utils import timezone

from project.console.paginator import COUNTED
from reconciliation.models import Mismatch
from reconciliation.queries.chosen import AGES, Age, Chosen


@dataclass(frozen=True)
class Bucket:
    """One age with how many are of it, and the list's address for them alone."""

    age: Age
    count: int
    query: str
    current: bool

    @property
    def more(self) -> bool:
        """Whether there are more than were counted."""
        return self.count > COUNTED

    @property
    def counted(self) -> int:
        return min(self.count, COUNTED)


def buckets(chosen: Chosen) -> list[Bucket]:
    """Those of the list's other filters; the one that is chosen leads back to all."""
    now = timezone.now()
    found = []
    for age in AGES:
        narrowed = replace(chosen, age=age.name)
        current = chosen.age == age.name
        query = replace(chosen, age="").query() if current else narrowed.query()
        found.append(Bucket(age, bounded(narrowed.rows(now)), query, current))
    return found


def bounded(rows: QuerySet[Mismatch]) -> int:
    """How many there are, at most one more than a list goes through."""
    return rows.order_by()[: COUNTED + 1].count()
