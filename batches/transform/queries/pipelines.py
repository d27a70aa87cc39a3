"""Pipelines and their versions, to read."""

from django.db.models import QuerySet

from batches.transform.models import Pipeline, PipelineVersion
from project.api.errors import NotFound


def pipelines() -> QuerySet[Pipeline]:
    """By name."""
    return Pipeline.objects.select_related("created_by").order_by("name")


def pipeline(name: str) -> Pipeline:
    """Raises a 404 that names it."""
    found = pipelines().filter(name=name).first()
    if found is None:
        raise NotFound(f'There is no pipeline "{name}".', details={"pipeline": name})
    return found


def version(found: Pipeline, number: int) -> PipelineVersion:
    """Raises a 404 that names it."""
    one = found.versions.select_related("pipeline", "created_by").filter(number=number).first()
    if one is None:
        raise NotFound(f'Pipeline "{found.name}" has no version {number}.', details={"version": number})
    return one
