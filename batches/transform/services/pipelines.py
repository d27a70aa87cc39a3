"""Pipelines and their versions. Every change is in the audit trail, without the salts that steps may have."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from batches.transform.models import Pipeline, PipelineVersion
from batches.transform.pipeline import check
from batches.transform.queries import pipelines as queries
from project.access import audit
from project.api.errors import Conflict, NotFound

Steps = Sequence[dict[str, Any]]


def create(
    *, name: str, description: str, steps: Steps, sensitive: Sequence[str], note: str, actor: User | None
) -> PipelineVersion:
    """Make a pipeline with its first version in use. Raises a 400 that names the step, a 409 for a name in use."""
    check(steps, sensitive)
    with transaction.atomic():
        made = Pipeline.objects.create(name=name, description=description, created_by=actor)
        version = _add(made, 1, steps, sensitive, note, actor)
        audit.record(operation="pipeline.create", target=name, after=_seen(version), actor=actor)
        return _use(version)


def add_version(
    *, name: str, steps: Steps, sensitive: Sequence[str], note: str, activate: bool, actor: User | None
) -> PipelineVersion:
    """Write the steps anew. Raises as `create`, and a 404 where there is no such pipeline."""
    check(steps, sensitive)
    with transaction.atomic():
        found = _locked(name)
        last = found.versions.order_by("-number").values_list("number", flat=True).first() or 0
        version = _add(found, last + 1, steps, sensitive, note, actor)
        audit.record(operation="pipeline.add_version", target=name, after=_seen(version), actor=actor)
        return _activated(version, actor) if activate else version


def activate(*, name: str, number: int, actor: User | None) -> PipelineVersion:
    """Use a version for the batches to come; those that have begun go on with theirs. Raises a 404, and a 400 where
    the steps need what isn't there any more."""
    with transaction.atomic():
        version = queries.version(_locked(name), number)
        check(version.steps, version.sensitive)
        return version if version.active else _activated(version, actor)


def change(*, name: str, actor: User | None, description: str | None = None, make_default: bool = False) -> Pipeline:
    """Describe a pipeline otherwise, or make it the default one in place of the other. Raises a 404."""
    with transaction.atomic():
        if make_default:
            _lock_all()
        found = _locked(name)
        before = {"description": found.description, "is_default": found.is_default}
        if make_default:
            Pipeline.objects.filter(is_default=True).exclude(pk=found.pk).update(is_default=False)
            found.is_default = True
        if description is not None:
            found.description = description
        found.save(update_fields=["description", "is_default"])
        after = {"description": found.description, "is_default": found.is_default}
        if after != before:
            audit.record(operation="pipeline.change", target=name, before=before, after=after, actor=actor)
    return found


def delete(*, name: str, actor: User | None) -> None:
    """Remove a pipeline that no batch went through. Raises a 404, and a 409 for one that was used or is the default."""
    with transaction.atomic():
        found = _locked(name)
        if found.is_default:
            raise Conflict("This is the default pipeline. Make another one the default first.")
        list(found.versions.select_for_update().values_list("pk"))  # batches that begin at this moment count
        if queries.was_used(found):
            raise Conflict("Batches went through this pipeline, and say so. It stays.")
        before = {"description": found.description, "versions": found.versions.count()}
        audit.record(operation="pipeline.delete", target=name, before=before, actor=actor)
        found.delete()


def _locked(name: str) -> Pipeline:
    found = Pipeline.objects.select_for_update().filter(name=name).first()
    if found is None:
        raise NotFound(f'There is no pipeline "{name}".', details={"pipeline": name})
    return found


def _lock_all() -> None:
    """Of those that are made the default at once, each sees what the one before it did."""
    list(Pipeline.objects.select_for_update().order_by("pk").values_list("pk"))


def _add(
    pipeline: Pipeline, number: int, steps: Steps, sensitive: Sequence[str], note: str, actor: User | None
) -> PipelineVersion:
    version = PipelineVersion.objects.create(
        pipeline=pipeline,
        number=number,
        steps=list(steps),
        sensitive=list(dict.fromkeys(sensitive)),
        note=note,
        active=False,
        created_by=actor,
    )
    version.refresh_from_db(fields=["created_at"])
    return version


def _activated(version: PipelineVersion, actor: User | None) -> PipelineVersion:
    before = version.pipeline.versions.filter(active=True).values_list("number", flat=True).first()
    audit.record(
        operation="pipeline.activate",
        target=version.pipeline.name,
        before={"version": before},
        after={"version": version.number},
        actor=actor,
    )
    return _use(version)


def _use(version: PipelineVersion) -> PipelineVersion:
    version.pipeline.versions.filter(active=True).update(active=False)
    version.active = True
    version.save(update_fields=["active"])
    return version


def _seen(version: PipelineVersion) -> dict[str, Any]:
    return {
        "version": version.number,
        "steps": [step["op"] for step in version.steps],
        "sensitive": version.sensitive,
    }
