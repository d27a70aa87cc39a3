"""What people and other systems may not do with jobs of the product's own types."""

from collections.abc import Sequence

from project.api.errors import Forbidden
from project.postgres import sql
from workers import handlers
from workers.services.encoding import invalid_option
from workers.services.specs import JobSpec


def refuse_types(jobs: Sequence[JobSpec]) -> None:
    """Raises `InvalidRequest` naming the first job of an internal type."""
    for job in jobs:
        if handlers.is_internal(job.type):
            raise invalid_option(job.key, "type", f'"{job.type}" belongs to the product, which alone submits it')


def refuse_steering(execution_id: int) -> None:
    """Raises `Forbidden` for an execution that has a job of an internal type."""
    internal = internal_type(execution_id)
    if internal is not None:
        name = f"exec-{execution_id}"
        raise Forbidden(
            f'{name} has jobs of the product itself ("{internal}"): it is steered where it was started, as a month-end '
            "close by aborting or resuming its batch.",
            details={"execution": name, "type": internal},
        )


def internal_type(execution_id: int) -> str | None:
    """One that the execution has jobs of; None when it has none."""
    found: str | None = sql.value(_INTERNAL, [execution_id])
    return found


_INTERNAL = """
SELECT l.type FROM job j JOIN lane l ON l.id = j.lane_id WHERE j.execution_id = %s AND l.internal LIMIT 1
"""
