"""An ignore rule in words."""

import json

from django.utils import timezone

from reconciliation.models import IgnoreRule


def state(rule: IgnoreRule) -> str:
    """active, disabled or expired."""
    if rule.expires_at is not None and rule.expires_at <= timezone.now():
        return "expired"
    return "active" if rule.enabled else "disabled"


def predicate(rule: IgnoreRule) -> list[str]:
    """Its conditions, one by one."""
    return [_condition(condition) for condition in rule.predicate or []]


def what(rule: IgnoreRule) -> str:
    """What it leaves out."""
    return f"column {rule.column}" if rule.column else f"rows where {' and '.join(predicate(rule))}"


def _condition(condition: dict[str, object]) -> str:
    value = f" {json.dumps(condition['value'], ensure_ascii=False)}" if "value" in condition else ""
    return f"{condition['column']} {str(condition['operator']).replace('_', ' ')}{value}"
