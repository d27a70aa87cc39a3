"""`/api/distributed/queues/...`: each queue with its limits, counts and history."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from project.api import context
from workers.api.queue import TAG
from workers.api.queue_bodies import (
    Drained,
    DrainRequest,
    LimitsRequest,
    Minute,
    OneQueue,
    Queue,
    QueueList,
    QueueRequest,
    QueueThroughput,
    ThroughputForm,
)
from workers.api.views import OPERATORS, READERS, DistributedView, answer
from workers.queries.queue_states import queue_state, queue_states
from workers.queries.throughput import throughput
from workers.services import queues


class QueuesView(DistributedView):
    """All queues."""

    roles: ClassVar = {"GET": READERS, "POST": OPERATORS}

    @extend_schema(operation_id="list_queues", summary="All queues.", tags=TAG, responses=QueueList)
    def get(self, request: Request) -> Response:
        found = [Queue.of(state) for state in queue_states()]
        return answer(QueueList(count=len(found), queues=found))

    @extend_schema(
        operation_id="create_queue",
        summary="Make a queue before its first job does.",
        description="409 when there is one of that name.",
        tags=TAG,
        request=QueueRequest,
        responses=OneQueue,
    )
    def post(self, request: Request) -> Response:
        given = self.given(QueueRequest)
        queues.create_queue(name=given.name, actor=context.caller().user, **given.limits())
        return shown(given.name)


class QueueView(DistributedView):
    """One queue."""

    roles: ClassVar = {"GET": READERS, "PATCH": OPERATORS}

    @extend_schema(operation_id="get_queue", summary="One queue.", tags=TAG, responses=OneQueue)
    def get(self, request: Request, name: str) -> Response:
        return shown(name)

    @extend_schema(
        operation_id="change_queue",
        summary="Set the limits of a queue.",
        description="They hold for what is claimed from now on. What is left out stays as it is; null lifts a limit.",
        tags=TAG,
        request=LimitsRequest,
        responses=OneQueue,
    )
    def patch(self, request: Request, name: str) -> Response:
        limits = self.given(LimitsRequest).limits()
        queues.change_queue(name=name, actor=context.caller().user, **limits)
        return shown(name)


class DrainView(DistributedView):
    """Empties a queue."""

    roles: ClassVar = {"POST": OPERATORS}

    @extend_schema(
        operation_id="drain_queue",
        summary="Cancel the jobs of a queue that wait or are delayed.",
        description="Active jobs go on. Jobs that depend on a cancelled one follow their policy.",
        tags=TAG,
        request=DrainRequest,
        responses=Drained,
    )
    def post(self, request: Request, name: str) -> Response:
        reason = self.given(DrainRequest).reason
        cancelled = queues.drain(name=name, reason=reason, actor=context.caller().user)
        jobs = "1 job" if cancelled == 1 else f"{cancelled} jobs"
        return answer(Drained(message=f'{jobs} of the queue "{name}" cancelled.', cancelled=cancelled))


class ThroughputView(DistributedView):
    """What got done."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(
        operation_id="queue_throughput",
        summary="What ended in each minute, up to a fortnight back.",
        description="Minutes in which nothing ended are left out.",
        tags=TAG,
        parameters=[ThroughputForm],
        responses=QueueThroughput,
    )
    def get(self, request: Request, name: str) -> Response:
        minutes = throughput(name, self.parse_query(ThroughputForm)["minutes"])
        return answer(QueueThroughput(queue=name, minutes=[Minute.model_validate(minute) for minute in minutes]))


def shown(name: str) -> Response:
    """The queue as it is now."""
    return answer(OneQueue(queue=Queue.of(queue_state(name))))
