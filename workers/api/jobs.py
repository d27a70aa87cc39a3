"""`/api/distributed/execute/{executionId}/jobs/...`: the jobs of an execution."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from project.api.pagination import Cursor, limit
from project.api.schema import CURSOR_PARAMETERS
from workers.api.execute import TAG, found
from workers.api.job_bodies import Job, JobPage, JobsForm, JobSummary, OneJob
from workers.api.views import READERS, DistributedView, answer
from workers.queries.executions import execution_state
from workers.queries.job_details import job_detail
from workers.queries.jobs import jobs_of


class JobsView(DistributedView):
    """Jobs."""

    roles: ClassVar = {"GET": READERS}
    cursor = Cursor("id")

    @extend_schema(
        operation_id="list_jobs",
        summary="The jobs of an execution, in the order of their submission.",
        tags=TAG,
        parameters=[JobsForm, *CURSOR_PARAMETERS],
        responses=JobPage,
    )
    def get(self, request: Request, execution_id: str) -> Response:
        state, after, count = self.parse_query(JobsForm).get("state"), self.cursor.after(request), limit(request)
        number = execution_state(found(execution_id)).id
        rows = jobs_of(number, state=state, after=after[0] if after else 0, limit=count + 1)
        page = self.cursor.body(rows, count, JobSummary.of, lambda row: [row.id])
        return answer(JobPage(jobs=page["results"], next=page["next"]))


class JobView(DistributedView):
    """One job."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(
        operation_id="get_job",
        summary="A job: its attempts, what it got and gave, its neighbours in the graph.",
        tags=TAG,
        responses=OneJob,
    )
    def get(self, request: Request, execution_id: str, job_id: str) -> Response:
        detail = job_detail(found(execution_id), job_id)
        return answer(OneJob(job=Job.of_detail(detail)))
