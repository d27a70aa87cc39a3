"""Pipelines and their versions, to read."""

from typing import Any

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery

from batches.transform.models import Pipeline, PipelineVersion, TransformBatch
from project.api.errors import NotFound

HIDDEN = "***"


def pipelines() -> QuerySet[Pipeline]:
    """By name, each with `active_number`, the number of the version in use."""
    active = PipelineVersion.objects.filter(pipeline=OuterRef("pk"), active=True).values("number")[:1]
    return (
        Pipeline.objects.select_related("created_by")
        .annotate(active_number=Subquery(active, output_field=IntegerField(null=True)))
        .order_by("name")
    )


def pipeline(name: str) -> Pipeline:
    """Raises a 404 that names it."""
    found = pipelines().filter(name=name).first()
    if found is None:
        raise NotFound(f'There is no pipeline "{name}".', details={"pipeline": name})
    return found


def versions(found: Pipeline) -> QuerySet[PipelineVersion]:
    """The newest first."""
    return found.versions.select_related("pipeline", "created_by").order_by("-number")


def version(found: Pipeline, number: int) -> PipelineVersion:
    """Raises a 404 that names it."""
    one = versions(found).filter(number=number).first()
    if one is None:
        raise NotFound(f'Pipeline "{found.name}" has no version {number}.', details={"version": number})
    return one


def was_used(found: Pipeline) -> bool:
    """Whether batches of it are still known."""
    return TransformBatch.objects.filter(version__pipeline=found).exists()


def document(found: Any) -> dict[str, Any]:
    """A pipeline of `pipelines`."""
    return {
        "name": found.name,
        "description": found.description,
        "is_default": found.is_default,
        "active_version": found.active_number,
        "created_at": found.created_at,
        "created_by": _name(found),
    }


def version_document(one: PipelineVersion, *, secrets: bool) -> dict[str, Any]:
    """A version. Without `secrets` the salts of its hashes don't show: with one, values can be found by trying."""
    return {
        "pipeline": one.pipeline.name,
        "version": one.number,
        "active": one.active,
        "steps": one.steps if secrets else [_without_salt(step) for step in one.steps],
        "sensitive": one.sensitive,
        "note": one.note,
        "created_at": one.created_at,
        "created_by": _name(one),
    }


def _without_salt(step: dict[str, Any]) -> dict[str, Any]:
    return {**step, "salt": HIDDEN} if "salt" in step else step


def _name(made: Pipeline | PipelineVersion) -> str | None:
    return made.created_by.get_username() if made.created_by else None
