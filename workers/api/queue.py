"""`/api/distributed/queue/...`: counts of all queues together, pause and resume."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from project.api import context
from project.api.schema import NAMES_NOTHING
from workers.api.queue_bodies import (
    JobTotals,
    Paused,
    PauseRequest,
    Resumed,
    ResumeRequest,
    Stats,
    StatsForm,
)
from workers.api.views import OPERATORS, READERS, DistributedView, answer
from workers.queries.queue_states import Counts, queue_state, queue_states
from workers.queries.workers import slots_alive
from workers.services import queues

TAG = ["queues"]


class StatsView(DistributedView):
    """Counts."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(
        operation_id="queue_stats",
        summary="Jobs by state, of one queue or all.",
        tags=TAG,
        parameters=[StatsForm],
        responses={200: Stats, 404: NAMES_NOTHING},
    )
    def get(self, request: Request) -> Response:
        """Costs as much as there are waiting jobs; those that ended are not counted again."""
        name = self.parse_query(StatsForm).get("queue")
        states = [queue_state(name)] if name else queue_states()
        counts = Counts.sum(state.counts for state in states)
        return answer(Stats(healthy=not counts.waiting or slots_alive() > 0, stats=JobTotals.model_validate(counts)))


class PauseView(DistributedView):
    """Pause."""

    roles: ClassVar = {"POST": OPERATORS}

    @extend_schema(
        operation_id="pause_queue",
        summary="Let nothing more be claimed, from one queue or any.",
        description="Active jobs go on, and jobs can still be submitted. Pausing again changes reason and end.",
        tags=TAG,
        request=PauseRequest,
        responses={200: Paused, 404: NAMES_NOTHING},
    )
    def post(self, request: Request) -> Response:
        given = self.given(PauseRequest)
        since = queues.pause(queue=given.queue, reason=given.reason, until=given.until, actor=context.caller().user)
        end = f" until {given.until.isoformat()}" if given.until else ""
        return answer(Paused(message=f"{_named(given.queue, 'is', 'are')} paused{end}.", since=since))


class ResumeView(DistributedView):
    """Resume."""

    roles: ClassVar = {"POST": OPERATORS}

    @extend_schema(
        operation_id="resume_queue",
        summary="Go on, with one queue or all.",
        description="The pause of all queues and that of one are two things: a queue goes on when neither holds.",
        tags=TAG,
        request=ResumeRequest,
        responses={200: Resumed, 404: NAMES_NOTHING},
    )
    def post(self, request: Request) -> Response:
        given = self.given(ResumeRequest)
        was_paused = queues.resume(queue=given.queue, actor=context.caller().user)
        still = [state.name for state in queue_states(given.queue) if state.pause]
        told = (
            _named(given.queue, "goes on", "go on")
            if was_paused
            else f"{_named(given.queue, 'was', 'were')} not paused"
        )
        rest = f"; still paused: {', '.join(still)}" if still else ""
        return answer(Resumed(message=f"{told}{rest}.", still_paused=still))


def _named(queue: str | None, one: str, several: str) -> str:
    return f'The queue "{queue}" {one}' if queue else f"All queues {several}"
