"""The jobs of a schedule as they are stored, which is as the body of an execution has them."""

from typing import Any

from workers.services.specs import JobSpec


def job_specs(jobs: list[dict[str, Any]]) -> list[JobSpec]:
    return [
        JobSpec(
            key=job["id"],
            type=job["type"],
            name=job.get("name"),
            payload=job.get("config", {}),
            depends_on=tuple(job.get("dependsOn", [])),
        )
        for job in jobs
    ]
