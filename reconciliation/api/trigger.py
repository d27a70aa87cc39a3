"""`POST /api/v1/reconciliation/trigger`."""

from collections.abc import Sequence
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from project.access.throttles import TokenBucket
from project.api import context
from project.api.views import ApiView
from reconciliation.roles import STARTERS
from reconciliation.services import trigger
from reconciliation.states import JobStatus

from .documents import requests, responses
from .documents.shared import TAG

TRIGGERS_PER_MINUTE = 10


class TriggerView(ApiView):
    """Starts comparisons."""

    roles: ClassVar = {"POST": STARTERS}
    buckets: ClassVar = {"POST": TokenBucket.per_minute("reconciliation.trigger", TRIGGERS_PER_MINUTE)}

    @extend_schema(
        operation_id="trigger_reconciliation",
        summary="Compare tables now.",
        description="A table that is being compared already is joined, not compared twice. Ten calls a minute for each "
        "key. 400 INVALID_TABLE lists the tables in `valid_tables`; 503 RECONCILIATION_DISABLED while it is off.",
        tags=TAG,
        request=requests.TriggerRequest,
        responses={202: responses.TriggeredJobs},
    )
    def post(self, request: Request) -> Response:
        """Answers as soon as the jobs are queued."""
        given = self.parse(requests.TriggerRequest)
        started = trigger.trigger(
            tables=list(dict.fromkeys(given["tables"])),
            strategy=given["validation_strategy"],
            priority=given["priority"],
            actor=context.caller().user,
        )
        joined = [job.table_name for job in started.jobs if job.pk in started.joined]
        document = {
            "job_ids": [str(job.pk) for job in started.jobs],
            "status": JobStatus.RUNNING,
            "message": _message(len(started.jobs), started.joined_tables(given["validation_strategy"])),
            "estimated_completion": started.estimated_completion,
            "joined": joined,
        }
        return Response(document, status=202)


def _message(count: int, joined: Sequence[str]) -> str:
    message = f"Reconciliation jobs queued for {count} {'table' if count == 1 else 'tables'}"
    return f"{message}; joined the running job of {', '.join(joined)}" if joined else message
