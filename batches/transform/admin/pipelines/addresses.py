"""Where a pipeline's pages are."""

from django.urls import reverse

from batches.transform.models import Pipeline


def address(pipeline: Pipeline) -> str:
    """The page of a pipeline; the list once it is removed."""
    if pipeline._state.adding:
        return reverse("admin:transform_pipeline_changelist")
    return reverse("admin:pipeline", args=[pipeline.name])
