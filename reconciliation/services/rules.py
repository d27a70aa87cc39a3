"""Ignore rules: differences that are expected, until when, and how often they were met."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from project.access import audit
from project.api.errors import Conflict, InvalidRequest
from reconciliation import models
from reconciliation.definition import columns
from reconciliation.models import IgnoreRule, Mismatch
from reconciliation.services import predicates
from reconciliation.states import MismatchType, Resolution

SAMPLES = 10
LONGEST_REASON = 1000


@dataclass(frozen=True)
class ActiveRule:
    """A rule on whole rows, ready to be tried on many."""

    id: int
    reason: str
    conditions: tuple[predicates.Condition, ...]


@dataclass
class DryRun:
    """What a rule would have covered of the mismatches that are open now."""

    open: int = 0
    covered: int = 0
    samples: list[Mismatch] = field(default_factory=list)


def build(
    *,
    mapping: models.Mapping,
    reason: str,
    column: str = "",
    predicate: list[dict[str, Any]] | None = None,
    expires_at: datetime | None = None,
) -> IgnoreRule:
    """A rule that isn't saved yet, to try with `dry_run`. Raises `InvalidRequest` naming the field."""
    if bool(column) == (predicate is not None):
        raise InvalidRequest.field("column", "Give either a column or a predicate.")
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise InvalidRequest.field("reason", f"Say why, in at most {LONGEST_REASON} characters.")
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidRequest.field("expires_at", "This moment has passed.")
    rule = IgnoreRule(mapping=mapping, column=column, predicate=predicate, reason=reason.strip(), expires_at=expires_at)
    _check(rule)
    return rule


def create(
    *,
    mapping: models.Mapping,
    reason: str,
    actor: User | None,
    column: str = "",
    predicate: list[dict[str, Any]] | None = None,
    expires_at: datetime | None = None,
) -> IgnoreRule:
    """A rule that holds from now on. Raises `InvalidRequest`, as `build` does."""
    rule = build(mapping=mapping, reason=reason, column=column, predicate=predicate, expires_at=expires_at)
    rule.created_by = actor
    with transaction.atomic():
        rule.save()
        audit.record(operation="ignore_rule.create", target=_target(rule), after=_document(rule), actor=actor)
    return _read(rule.pk)


def expire(*, rule: IgnoreRule, actor: User | None) -> IgnoreRule:
    """It ends now. Raises `Conflict` for a rule that has ended."""
    if rule.expires_at is not None and rule.expires_at <= timezone.now():
        raise Conflict("The rule has expired already.", details={"rule": rule.pk})
    return _change(rule, "ignore_rule.expire", actor, expires_at=timezone.now())


def disable(*, rule: IgnoreRule, actor: User | None) -> IgnoreRule:
    """It covers nothing until it is enabled again."""
    return _change(rule, "ignore_rule.disable", actor, enabled=False)


def enable(*, rule: IgnoreRule, actor: User | None) -> IgnoreRule:
    """It holds again, as far as the mapping still has its columns. Raises `InvalidRequest` where it has not."""
    _check(rule)
    return _change(rule, "ignore_rule.enable", actor, enabled=True)


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
    return [_compiled(rule) for rule in active(mapping_id).filter(column="")]


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


def dry_run(rule: IgnoreRule) -> DryRun:
    """How many of the mapping's pending mismatches a rule would cover, with the newest of them. Saves nothing."""
    found = DryRun()
    mine = {rule.column} if rule.column else set()
    left_out = ignored_columns(rule.mapping_id) | mine
    compiled = None if rule.column else _compiled(rule)
    pending = Mismatch.objects.filter(mapping_id=rule.mapping_id, resolution_status=Resolution.PENDING)
    for mismatch in pending.iterator(chunk_size=500):
        found.open += 1
        if _covers_row(compiled, mismatch) if compiled else _covers_column(rule.column, left_out, mismatch):
            found.covered += 1
            if len(found.samples) < SAMPLES:
                found.samples.append(mismatch)
    return found


def check_all(mapping: models.Mapping) -> None:
    """Raises `Conflict` for a rule that holds and names a column which the mapping, as it is now, has not."""
    for rule in active(mapping.pk):
        rule.mapping = mapping
        try:
            _check(rule)
        except InvalidRequest as error:
            raise Conflict(f"Ignore rule {rule.pk} stands against it, end it first. {error.message}") from error


def _covers_row(rule: ActiveRule, mismatch: Mismatch) -> bool:
    return predicates.holds(rule.conditions, mismatch.source_data, mismatch.target_data)


def _covers_column(column: str, left_out: frozenset[str] | set[str], mismatch: Mismatch) -> bool:
    """Whether nothing that is compared still differs once the column is left out, and it did differ."""
    differing = set(mismatch.columns)
    return mismatch.mismatch_type == MismatchType.DATA_MISMATCH and column in differing and differing <= left_out


def _check(rule: IgnoreRule) -> None:
    """Raises `InvalidRequest` when the rule names what its mapping has not."""
    if rule.predicate is not None:
        _compiled(rule)
        return
    found = {column.target: column for column in columns(rule.mapping.columns)}
    if rule.column not in found:
        raise InvalidRequest.field("column", f"{rule.column!r} is none of {', '.join(found)}.")
    if found[rule.column].key:
        raise InvalidRequest.field("column", f"{rule.column} is part of the key: without it no row is found again.")


def _compiled(rule: IgnoreRule) -> ActiveRule:
    conditions = predicates.compiled(rule.predicate or [], columns(rule.mapping.columns))
    return ActiveRule(rule.pk, rule.reason, conditions)


def _change(rule: IgnoreRule, operation: str, actor: User | None, **changes: Any) -> IgnoreRule:
    with transaction.atomic():
        before = _document(IgnoreRule.objects.select_for_update().get(pk=rule.pk))
        IgnoreRule.objects.filter(pk=rule.pk).update(**changes)
        found = _read(rule.pk)
        if _document(found) != before:
            audit.record(operation=operation, target=_target(found), before=before, after=_document(found), actor=actor)
    return found


def _read(pk: int) -> IgnoreRule:
    return IgnoreRule.objects.select_related("mapping", "created_by").get(pk=pk)


def _target(rule: IgnoreRule) -> str:
    return f"{rule.mapping.name} rule {rule.pk}"


def _document(rule: IgnoreRule) -> dict[str, Any]:
    """For the audit trail."""
    ends = rule.expires_at.isoformat() if rule.expires_at else None
    return {
        "column": rule.column, "predicate": rule.predicate, "reason": rule.reason, "enabled": rule.enabled,
        "expires_at": ends,
    }  # fmt: skip
