"""Settings that take effect while everything runs."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from batches.processor import queries
from batches.processor.configuration import LARGEST_BATCH, Settings
from batches.processor.models import ProcessorSetting
from batches.processor.states import ENGINE_CLASSES, Priority
from project.access import audit
from project.api.errors import InvalidRequest
from workers.models import PriorityClass

LONGEST_WAIT_MS = 60_000.0


@transaction.atomic
def configure(*, changes: Mapping[str, Any], actor: User | None = None) -> Settings:
    """Changes max_batch_size, max_wait_time_ms, enable_dynamic_batching or priority_weights; returns all as they are.

    Each worker process has them with its next batch. What is left out stays; null goes back to the environment's. The
    weights are those of the engine's priority classes, so they hold for its other queues as well. Raises
    `InvalidRequest` naming the field.
    """
    row = ProcessorSetting.objects.select_for_update().get()
    before = asdict(queries.settings_now())
    weights = _checked(changes)
    for name in changes.keys() - {"priority_weights"}:
        setattr(row, name, changes[name])
    row.changed_by = actor
    row.changed_at = Now()
    row.save()
    for priority, weight in weights.items():
        PriorityClass.objects.filter(name=ENGINE_CLASSES[priority]).update(weight=weight)
    now = queries.settings_now()
    audit.record(operation="processor.configure", target="processor", before=before, after=asdict(now), actor=actor)
    return now


def _checked(changes: Mapping[str, Any]) -> dict[Priority, float]:
    """The weights to set."""
    known = {"max_batch_size", "max_wait_time_ms", "enable_dynamic_batching", "priority_weights"}
    for name in changes:
        if name not in known:
            raise InvalidRequest.field(name, f"is no setting. There are {', '.join(sorted(known))}.")
    size, wait = changes.get("max_batch_size"), changes.get("max_wait_time_ms")
    if size is not None and not (_is_number(size) and 1 <= size <= LARGEST_BATCH and size == int(size)):
        raise InvalidRequest.field("max_batch_size", f"must be a whole number from 1 to {LARGEST_BATCH}.")
    if wait is not None and not (_is_number(wait) and 0 <= wait <= LONGEST_WAIT_MS):
        raise InvalidRequest.field("max_wait_time_ms", f"must be a number from 0 to {LONGEST_WAIT_MS:g}.")
    if not isinstance(changes.get("enable_dynamic_batching"), bool | None):
        raise InvalidRequest.field("enable_dynamic_batching", "must be true or false.")
    return _weights(changes.get("priority_weights") or {})


def _weights(given: Any) -> dict[Priority, float]:
    if not isinstance(given, Mapping):
        raise InvalidRequest.field("priority_weights", "must be an object of priorities and weights.")
    for name, weight in given.items():
        if name not in Priority.values:
            raise InvalidRequest.field(f"priority_weights.{name}", f"is none of {', '.join(Priority.values)}.")
        if not (_is_number(weight) and 0 <= weight <= 1):
            raise InvalidRequest.field(f"priority_weights.{name}", "must be a number from 0 to 1.")
    return {Priority(name): round(weight, 2) for name, weight in given.items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
