"""`/api/distributed/workers...`: the registry of those who do the work."""

from typing import ClassVar

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from project.access.permissions import roles_of
from project.access.roles import Role
from project.access.throttles import TokenBucket
from project.api import context
from project.api.errors import ApiError
from workers import queries
from workers.api.views import READERS, DistributedView, answer
from workers.api.worker_bodies import (
    Deregistered,
    Heartbeat,
    HeartbeatRequest,
    OneWorker,
    Registered,
    RegisterRequest,
    Worker,
    WorkerDetail,
    WorkerList,
)
from workers.queries.workers import Registration
from workers.services import remote

TAG = ["workers"]
WORKERS = frozenset({Role.WORKER, Role.BATCH_ADMIN})


class RegisterView(DistributedView):
    """Makes a worker known."""

    roles: ClassVar = {"POST": WORKERS}

    @extend_schema(
        operation_id="register_worker",
        summary="Register a worker.",
        description="An id that is registered already is taken over: the claims made under it end, its jobs go back at "
        "once, and what comes late is refused. Ids of other users' workers are refused, save to a batch_admin.",
        tags=TAG,
        request=RegisterRequest,
        responses=Registered,
    )
    def post(self, request: Request) -> Response:
        about = self.given(RegisterRequest)
        made = remote.register(about.introduction(), **acting(request))
        document = Registered(
            worker_id=made.name,
            registered_at=made.started_at,
            heartbeat_seconds=about.heartbeat_seconds,
            lease_seconds=made.lease_time.total_seconds(),
        )
        return answer(document)


class WorkersView(DistributedView):
    """All workers."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(
        operation_id="list_workers",
        summary="All registered workers: processes of the installation and remote ones.",
        tags=TAG,
        responses=WorkerList,
    )
    def get(self, request: Request) -> Response:
        found = [Worker.of(worker) for worker in queries.registered_workers()]
        return answer(WorkerList(count=len(found), workers=found))


class WorkerView(DistributedView):
    """One worker."""

    roles: ClassVar = {"GET": READERS, "DELETE": WORKERS}

    @extend_schema(operation_id="get_worker", summary="A worker and what it holds.", tags=TAG, responses=OneWorker)
    def get(self, request: Request, worker_id: str) -> Response:
        worker = queries.registered_worker(worker_id)
        return answer(OneWorker(worker=WorkerDetail.of(worker, queries.held_claims(worker.id))))

    @extend_schema(
        operation_id="deregister_worker",
        summary="Deregister a worker. The jobs that it still holds go back at once.",
        tags=TAG,
        request=None,
        responses=Deregistered,
    )
    def delete(self, request: Request, worker_id: str) -> Response:
        remote.deregister(remote.acting_for(worker_id, **acting(request)), actor=context.caller().user)
        return answer(Deregistered(worker_id=worker_id, message=f"Worker {worker_id} is deregistered."))


class OwnWorkerView(DistributedView):
    """What a worker itself calls. It has a bucket of its own (WORKER_RATE_PER_MINUTE): many may share one key."""

    roles: ClassVar = {"POST": WORKERS}
    worker: Registration

    def check_throttles(self, request: Request) -> None:
        """DRF's hook. Raises WORKER_NOT_REGISTERED, and what `remote.acting_for` raises for the worker of others."""
        try:
            self.worker = remote.acting_for(self.kwargs["worker_id"], **acting(request))
        except ApiError:
            super().check_throttles(request)
            raise
        if settings.WORKER_RATE_PER_MINUTE:
            TokenBucket.per_minute("worker", settings.WORKER_RATE_PER_MINUTE).take(str(self.worker.id))


class HeartbeatView(OwnWorkerView):
    """A worker's sign of life."""

    @extend_schema(
        operation_id="worker_heartbeat",
        summary="Say that a worker lives and how busy it is.",
        description="404 `WORKER_NOT_REGISTERED` means: register again.",
        tags=TAG,
        request=HeartbeatRequest,
        responses=Heartbeat,
    )
    def post(self, request: Request, worker_id: str) -> Response:
        load = self.given(HeartbeatRequest).current_load
        at = remote.heartbeat(self.worker, load)
        noted = Heartbeat(worker_id=worker_id, status="busy" if load else "idle", current_load=load, last_heartbeat=at)
        return answer(noted)


def acting(request: Request) -> remote.Acting:
    """Who acts, and whether they may do so for workers that others registered."""
    return {"actor": context.caller().user, "any_worker": Role.BATCH_ADMIN in roles_of(request)}
