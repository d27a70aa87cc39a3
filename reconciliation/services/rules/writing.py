"""Making and ending rules. Each is checked against its mapping, and is in the audit trail."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from project.access import audit
from project.api.errors import Conflict, InvalidRequest
from reconciliation.definition import columns
from reconciliation.models import IgnoreRule, Mapping
from reconciliation.services.rules.active import active, compiled

LONGEST_REASON = 1000


def build(
    *,
    mapping: Mapping,
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
    mapping: Mapping,
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


def check_all(mapping: Mapping) -> None:
    """Raises `Conflict` for a rule that holds and names a column which the mapping, as it is now, has not."""
    for rule in active(mapping.pk):
        rule.mapping = mapping
        try:
            _check(rule)
        except InvalidRequest as error:
            raise Conflict(f"Ignore rule {rule.pk} stands against it, end it first. {error.message}") from error


def _check(rule: IgnoreRule) -> None:
    """Raises `InvalidRequest` when the rule names what its mapping has not."""
    if rule.predicate is not None:
        compiled(rule)
        return
    found = {column.target: column for column in columns(rule.mapping.columns)}
    if rule.column not in found:
        raise InvalidRequest.field("column", f"{rule.column!r} is none of {', '.join(found)}.")
    if found[rule.column].key:
        raise InvalidRequest.field("column", f"{rule.column} is part of the key: without it no row is found again.")


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
