"""`/api/v1/reconciliation/jobs`: what was compared, and how it ended."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from project.api.views import ApiView
from reconciliation.queries import jobs
from reconciliation.roles import READERS

from .documents import requests, responses
from .documents.shared import TAG, id_parameter
from .identifiers import uuid_of
from .pages import paged


class JobsView(ApiView):
    """All jobs."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(
        operation_id="list_reconciliation_jobs",
        summary="Jobs, the newest first.",
        tags=TAG,
        parameters=[requests.JobFilter],
        responses=responses.ReconciliationJobPage,
    )
    def get(self, request: Request) -> Response:
        """A page of jobs."""
        wanted = self.parse_query(requests.JobFilter)
        page = {name: wanted.pop(name) for name in ("page", "page_size")}
        return Response(paged("jobs", jobs.jobs(**wanted), jobs.summary, **page))


class JobView(ApiView):
    """One job."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(
        operation_id="get_reconciliation_job",
        summary="A job: counts by type, some of its mismatches, its ranges, what it proved.",
        tags=TAG,
        parameters=[id_parameter("job_id")],
        responses=responses.ReconciliationJobDocument,
    )
    def get(self, request: Request, job_id: str) -> Response:
        """The job's document."""
        return Response(jobs.document(jobs.find(uuid_of("job_id", job_id))))
