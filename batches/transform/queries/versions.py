"""Which version of which pipeline does a batch."""

from batches.transform.models import PipelineVersion
from project.api.errors import InvalidRequest


def active_version(pipeline: str | None = None) -> PipelineVersion:
    """The version in use of the pipeline of that name, of the default one without a name. Raises a 400."""
    active = PipelineVersion.objects.select_related("pipeline").filter(active=True)
    chosen = active.filter(pipeline__is_default=True) if pipeline is None else active.filter(pipeline__name=pipeline)
    found = chosen.first()
    if found is None and pipeline is None:
        raise InvalidRequest.field(
            "pipeline", "No pipeline is the default one. Name one, or have one made the default."
        )
    if found is None:
        raise InvalidRequest.field("pipeline", "There is no pipeline of this name with a version in use.")
    return found
