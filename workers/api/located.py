"""The engine names a job by its id; a client finds it by where it stands in the body."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel

from project.api.errors import InvalidRequest
from workers.documents.jobs import JobBody


def located(error: InvalidRequest, jobs: Sequence[JobBody]) -> InvalidRequest:
    """The error, with the field that it is about: `jobs.3.dependsOn`. Of two jobs of one id the second is meant."""
    details = error.details or {}
    key = details.get("job") or next(iter(details.get("cycle", [])), None)
    places = [place for place, job in enumerate(jobs) if job.id == key]
    if places:
        field = f"jobs.{places[-1]}.{_field(details)}"
        error.details = {**details, "fields": {field: [error.message]}}
    return error


def _field(details: Mapping[str, Any]) -> str:
    if "depends_on" in details or "cycle" in details:
        return "dependsOn"
    option = str(details.get("option", "key"))
    return _FIELDS.get(option) or to_camel(option)


_FIELDS = {"key": "id", "payload": "config", "on_failure": "dependsOn"}
