"""The registry of models: versions come in and never change, defaults and batching are set."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from batches.processor import errors, queries
from batches.processor.configuration import LARGEST_BATCH
from batches.processor.models import InferenceModel, ModelVersion
from batches.processor.registry.checking import signature
from batches.processor.states import InputFit
from project.access import audit
from project.api.errors import InvalidRequest, NotFound
from project.postgres import sql
from project.postgres.locks import LockSpace

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
LONGEST_LATENCY_MS = 60_000.0
CHANGEABLE = frozenset({"description", "max_batch_size", "target_latency_ms", "warm_up"})


def register(
    *,
    name: str,
    data: bytes,
    version: str | None = None,
    runtime: str = "onnx",
    input_fit: str = InputFit.EXACT,
    default: bool = False,
    actor: User | None = None,
) -> ModelVersion:
    """Adds a version of a model; the model too when it is new, and the first of all is the default one.

    Its bare name stands for the new version from then on. Without `version` it is 1.0, 2.0 and so on. `default`: it
    takes what names no model. Raises `InvalidRequest` naming the field, and `Conflict` for a version that exists.
    """
    for field, text in (("name", name), ("version", version or "1.0")):
        if not NAME.fullmatch(text):
            raise InvalidRequest.field(field, "must be letters, digits, '.', '_' and '-', at most 100 of them.")
    if input_fit not in InputFit.values:
        raise InvalidRequest.field("input_fit", f"must be one of {', '.join(InputFit.values)}.")
    found = signature(data, runtime=runtime, pad=input_fit == InputFit.PAD)
    with transaction.atomic():
        _wait_for_others()
        model, _ = InferenceModel.objects.get_or_create(name=name)
        model = InferenceModel.objects.select_for_update().get(pk=model.pk)
        if version is not None and model.versions.filter(version=version).exists():
            raise errors.version_exists(model, version)
        made = ModelVersion.objects.create(
            model=model,
            version=version or _next_version(model),
            runtime=runtime,
            input_fit=input_fit,
            file=data,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            signature=found,
            created_by=actor,
        )
        model.default_version = made
        model.save(update_fields=["default_version"])
        if default or not InferenceModel.objects.filter(is_default=True).exists():
            _make_default(model)
        after = {"size": made.size, "sha256": made.sha256, "runtime": runtime, "default": model.is_default}
        audit.record(operation="processor.register_model", target=str(made), after=after, actor=actor)
    return made


def set_default(
    *, name: str, version: str | None = None, model: bool = False, actor: User | None = None
) -> InferenceModel:
    """Has a model's bare name stand for another of its versions and, with `model`, makes it the default model.

    Raises `NotFound`.
    """
    with transaction.atomic():
        if model:
            _wait_for_others()
        found = InferenceModel.objects.select_for_update().get(pk=queries.model_named(name).pk)
        before = {"version": str(found.default_version), "default": found.is_default}
        if version is not None:
            chosen = found.versions.filter(version=version).first()
            if chosen is None:
                raise NotFound(
                    f'Model "{name}" has no version "{version}".', details={"model": name, "version": version}
                )
            found.default_version = chosen
            found.save(update_fields=["default_version"])
        if model:
            _make_default(found)
        after = {"version": str(found.default_version), "default": found.is_default}
        audit.record(operation="processor.set_default", target=name, before=before, after=after, actor=actor)
    return found


def change_model(*, name: str, changes: Mapping[str, Any], actor: User | None = None) -> InferenceModel:
    """Changes description, max_batch_size (null: the processor's), target_latency_ms or warm_up; workers have the sizes
    with their next batch. Raises `InvalidRequest` naming the field, `NotFound`."""
    _check(changes)
    with transaction.atomic():
        found = InferenceModel.objects.select_for_update().get(pk=queries.model_named(name).pk)
        before = {field: getattr(found, field) for field in changes}
        for field, value in changes.items():
            setattr(found, field, value)
        found.save(update_fields=list(changes))
        audit.record(operation="processor.change_model", target=name, before=before, after=dict(changes), actor=actor)
    return found


def _wait_for_others() -> None:
    """Of models that are made the default at once, also as the first of all, each sees what the one before it did."""
    sql.value("SELECT pg_advisory_xact_lock(%s, 0)", [LockSpace.DEFAULT_MODEL])


def _make_default(model: InferenceModel) -> None:
    InferenceModel.objects.filter(is_default=True).exclude(pk=model.pk).update(is_default=False)
    model.is_default = True
    model.save(update_fields=["is_default"])


def _next_version(model: InferenceModel) -> str:
    taken = set(model.versions.values_list("version", flat=True))
    return next(text for number in range(1, len(taken) + 2) if (text := f"{number}.0") not in taken)


def _check(changes: Mapping[str, Any]) -> None:
    for field in changes.keys() - CHANGEABLE:
        raise InvalidRequest.field(field, f"can't be changed. There are {', '.join(sorted(CHANGEABLE))}.")
    size, latency = changes.get("max_batch_size"), changes.get("target_latency_ms", 1.0)
    if size is not None and not (_is_whole(size) and 1 <= size <= LARGEST_BATCH):
        raise InvalidRequest.field("max_batch_size", f"must be a whole number from 1 to {LARGEST_BATCH}, or null.")
    if not ((_is_whole(latency) or isinstance(latency, float)) and 0 < latency <= LONGEST_LATENCY_MS):
        raise InvalidRequest.field("target_latency_ms", f"must be a number above 0, at most {LONGEST_LATENCY_MS:g}.")
    if not isinstance(changes.get("warm_up", True), bool):
        raise InvalidRequest.field("warm_up", "must be true or false.")
    if not isinstance(changes.get("description", ""), str):
        raise InvalidRequest.field("description", "must be a text.")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
