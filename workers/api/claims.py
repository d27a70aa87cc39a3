"""`/api/distributed/workers/{workerId}/claim` and what a worker then says of the jobs it claimed."""

import json
from collections.abc import Sequence
from functools import partial

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from project.api.handlers import understood
from workers.api import claim_bodies as bodies
from workers.api.long_poll import LATER, Answer, Later
from workers.api.views import answer
from workers.api.workers import OwnWorkerView
from workers.claims import Result
from workers.handlers import Claim
from workers.queries.outputs import outputs_of_parents
from workers.queries.workers import Registration
from workers.services import reports

TAG = ["remote work"]
LATE = "409 `STALE_CLAIM` when nothing of the request counted: drop the work. `details.refused` names it."


class ClaimView(OwnWorkerView):
    """Takes work."""

    @extend_schema(
        operation_id="claim_jobs",
        summary="Claim jobs, the most urgent ones that the worker can run.",
        description="With `waitSeconds` the answer comes as soon as there is a job, at the latest then. The jobs are "
        "leased to the worker for the `leaseSeconds` of its registration.",
        tags=TAG,
        request=bodies.ClaimRequest,
        responses=bodies.Claimed,
    )
    def post(self, request: Request, worker_id: str) -> Response:
        wanted = self.given(bodies.ClaimRequest)
        worker, slots = self.worker, wanted.slots or min(self.worker.slots, bodies.MOST)
        found = reports.claim(worker, slots)
        body = claimed(worker, found)
        scope = getattr(request, "scope", None)
        if not found and wanted.wait_seconds and scope is not None:
            scope[LATER] = Later(
                attempt=partial(attempt, worker, slots),
                seconds=wanted.wait_seconds,
                worker_id=worker.id,
                serves=json.dumps([worker.queues, worker.types, worker.capabilities, worker.metadata], sort_keys=True),
                queues=worker.queues,
            )
        return answer(body)


class CompleteView(OwnWorkerView):
    """Takes results."""

    @extend_schema(
        operation_id="complete_jobs",
        summary="Report jobs that were done, with their outputs.",
        description=LATE,
        tags=TAG,
        request=bodies.CompleteRequest,
        responses=bodies.Reported,
    )
    def post(self, request: Request, worker_id: str) -> Response:
        return reported(self.worker, [one.result() for one in self.given(bodies.CompleteRequest).results])


class FailView(OwnWorkerView):
    """Takes failures."""

    @extend_schema(
        operation_id="fail_jobs",
        summary="Report attempts that failed. They are tried again after the jobs' backoff, unless they are permanent.",
        description=LATE,
        tags=TAG,
        request=bodies.FailRequest,
        responses=bodies.Reported,
    )
    def post(self, request: Request, worker_id: str) -> Response:
        return reported(self.worker, [one.result() for one in self.given(bodies.FailRequest).failures])


class ReleaseView(OwnWorkerView):
    """Takes jobs back."""

    @extend_schema(
        operation_id="release_jobs",
        summary="Give jobs back undone. The attempts are not counted.",
        description=LATE,
        tags=TAG,
        request=bodies.ReleaseRequest,
        responses=bodies.Reported,
    )
    def post(self, request: Request, worker_id: str) -> Response:
        given = self.given(bodies.ReleaseRequest)
        if given.keep is not None:
            return answer(bodies.Reported(accepted=reports.release_others(self.worker, given.keep), refused=[]))
        jobs = [Result(job_id=job.job_id, fence=job.claim, outcome="release") for job in given.jobs or []]
        return reported(self.worker, jobs)


class CheckpointView(OwnWorkerView):
    """Keeps checkpoints."""

    @extend_schema(
        operation_id="checkpoint_jobs",
        summary="Keep what the next attempts at these jobs need to go on.",
        description=LATE,
        tags=TAG,
        request=bodies.CheckpointRequest,
        responses=bodies.Reported,
    )
    def post(self, request: Request, worker_id: str) -> Response:
        given = self.given(bodies.CheckpointRequest).checkpoints
        late = reports.checkpoint(self.worker, {(one.job_id, one.claim): one.data for one in given})
        return answer(bodies.Reported(accepted=len(given) - len(late), refused=refused(late)))


class ExtendView(OwnWorkerView):
    """Prolongs claims."""

    @extend_schema(
        operation_id="extend_claims",
        summary="Keep claims for another lease time.",
        description="409 `STALE_CLAIM` when none of them holds a job any more. `details.lost` names them.",
        tags=TAG,
        request=bodies.ExtendRequest,
        responses=bodies.Extended,
    )
    def post(self, request: Request, worker_id: str) -> Response:
        held = reports.extend(self.worker, self.given(bodies.ExtendRequest).claims)
        claims = [bodies.Extension(claim=claim, jobs=jobs) for claim, jobs in sorted(held.items())]
        return answer(bodies.Extended(claims=claims, until=timezone.now() + self.worker.lease_time))


def attempt(worker: Registration, slots: int) -> Answer | None:
    """One more try for a request that waits."""
    try:
        found = reports.claim(worker, slots)
        if not found:
            return None
        body = claimed(worker, found).model_dump_json(by_alias=True).encode()
    except Exception as error:  # noqa: BLE001  the answer to what nobody foresaw is logged and made as in a view
        known = understood(error)
        return Answer(status=known.status, body=json.dumps(known.body()).encode())
    return Answer(status=200, body=body, undo=partial(reports.give_back, worker, found))


def claimed(worker: Registration, found: Sequence[Claim]) -> bodies.Claimed:
    """The jobs as their worker gets them. What fails on the way gives them back: nobody would know that it has them."""
    try:
        return shown(worker, found)
    except Exception:
        reports.give_back(worker, found)
        raise


def shown(worker: Registration, found: Sequence[Claim]) -> bodies.Claimed:
    """The same, come what may."""
    outputs = outputs_of_parents([one.job_id for one in found])
    jobs = [
        bodies.ClaimedJob(
            job_id=one.job_id,
            claim=one.fence,
            execution_id=f"exec-{one.execution_id}",
            id=one.key,
            name=one.name,
            type=one.type,
            queue=one.queue,
            config=one.payload,
            parents=outputs.get(one.job_id, {}),
            attempt=one.attempt,
            timeout_seconds=one.timeout_seconds,
            last_error=one.last_error,
            checkpoint=one.checkpoint,
        )
        for one in found
    ]
    return bodies.Claimed(jobs=jobs, until=timezone.now() + worker.lease_time)


def reported(worker: Registration, results: Sequence[Result]) -> Response:
    """What counted of a report."""
    late = reports.report(worker, results)
    return answer(bodies.Reported(accepted=len(results) - len(late), refused=refused(late)))


def refused(late: Sequence[tuple[int, int]]) -> list[bodies.Refused]:
    """Jobs and claims as the client knows them."""
    return [bodies.Refused(job_id=job, claim=claim) for job, claim in late]
