"""The rules that hold now, and what they cover."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from reconciliation.definition import columns
from reconciliation.models import IgnoreRule
from reconciliation.services.rules import predicates


@dataclass(frozen=True)
class ActiveRule:
    """A rule on whole rows, ready to be tried on many."""

    id: int
    reason: str
    expires_at: datetime | None
    conditions: tuple[predicates.Condition, ...]


def active(mapping_id: int) -> QuerySet[IgnoreRule]:
    """The rules of a mapping that hold now."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=Now())
    return IgnoreRule.objects.select_related("mapping").filter(lasting, mapping_id=mapping_id, enabled=True)


def ignored_columns(mapping_id: int) -> frozenset[str]:
    """Target columns that the rules of a mapping leave out of the comparison now."""
    return frozenset(active(mapping_id).exclude(column="").values_list("column", flat=True))


def column_rules(mapping_id: int) -> dict[str, int]:
    """Id of the rule by the column that it leaves out, for counting its hits."""
    return dict(active(mapping_id).exclude(column="").values_list("column", "pk"))


def row_rules(mapping_id: int) -> list[ActiveRule]:
    """The rules of a mapping on whole rows that hold now, compiled.

    A rule whose column the mapping has no more raises `InvalidRequest`: it is mended or disabled, never skipped.
    """
    return [compiled(rule) for rule in active(mapping_id).filter(column="")]


def matching(
    rules: Iterable[ActiveRule], shown_source: Mapping[str, Any] | None, shown_target: Mapping[str, Any] | None
) -> ActiveRule | None:
    """The first of the rules that covers a row, by its values as each side shows them; None for a missing row."""
    return next((rule for rule in rules if predicates.holds(rule.conditions, shown_source, shown_target)), None)


def count_hits(hits: Mapping[int, int]) -> None:
    """Adds to the hits of each rule by its id; in order, so that two jobs never wait for each other in a circle."""
    with transaction.atomic():
        for pk, count in sorted(hits.items()):
            IgnoreRule.objects.filter(pk=pk).update(hits=F("hits") + count, last_hit_at=Now())


def compiled(rule: IgnoreRule) -> ActiveRule:
    """A rule on rows, ready to be tried. Raises `InvalidRequest` for a column that its mapping has not."""
    conditions = predicates.compiled(rule.predicate or [], columns(rule.mapping.columns))
    return ActiveRule(rule.pk, rule.reason, rule.expires_at, conditions)
