"""The jobs of a schedule as they are stored, which is as the body of an execution has them."""

from typing import Any

from pydantic import ValidationError

from workers.documents.jobs import Jobs
from workers.documents.refusals import refusal
from workers.documents.shapes import Given
from workers.services.specs import JobSpec


class StoredJobs(Given):
    """What is in the column."""

    jobs: Jobs


def job_specs(jobs: list[dict[str, Any]]) -> list[JobSpec]:
    """The same as a submission takes them. Raises `InvalidRequest` naming what isn't right, as in `jobs.3.type`."""
    document = {"jobs": jobs}
    try:
        return [job.spec() for job in StoredJobs.model_validate(document).jobs]
    except ValidationError as error:
        raise refusal(error, document, StoredJobs) from None
