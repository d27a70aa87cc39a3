"""Which mismatches are to be repaired."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from reconciliation.models import Mismatch
from reconciliation.queries.chosen import Chosen

BLOCK = 200


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
