"""What a form changed, as the audit trail keeps it."""

from collections.abc import Collection
from typing import Any

from django.db.models import Model


def snapshot(instance: Model, *, without: Collection[str] = ()) -> dict[str, Any]:
    """The stored columns of a row by name, but for those that nobody should read again, such as a password's hash."""
    return {
        field.name: field.value_from_object(instance)
        for field in instance._meta.concrete_fields
        if field.name not in without
    }


def stored(instance: Model, *, without: Collection[str] = ()) -> dict[str, Any]:
    """As `snapshot`, of the row as the database has it; empty for a row that isn't there yet."""
    found = type(instance)._default_manager.filter(pk=instance.pk).first()
    return snapshot(found, without=without) if found else {}


def differences(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what differs, before and after."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in changed}, {name: after[name] for name in changed}
