"""`/api/distributed/schedules/...`: executions that the clock starts."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from project.api import context
from project.api.errors import InvalidRequest
from project.api.pagination import Cursor, limit
from project.api.schema import CURSOR_PARAMETERS
from workers.api.execution_bodies import Started
from workers.api.located import located
from workers.api.schedule_bodies import Deleted, OneSchedule, Schedule, SchedulePage, ScheduleWithJobs
from workers.api.schedule_requests import ChangeSchedule, RunRequest, ScheduleRequest
from workers.api.views import OPERATORS, READERS, DistributedView, answer
from workers.queries.schedules import schedule_named, schedule_page, schedule_states
from workers.services import schedules

TAG = ["schedules"]


class SchedulesView(DistributedView):
    """All schedules."""

    roles: ClassVar = {"GET": READERS, "POST": OPERATORS}
    cursor = Cursor("name")

    @extend_schema(
        operation_id="list_schedules",
        summary="Schedules by name, each with its next runs and its last one.",
        tags=TAG,
        parameters=CURSOR_PARAMETERS,
        responses=SchedulePage,
    )
    def get(self, request: Request) -> Response:
        after, count = self.cursor.after(request), limit(request)
        states = schedule_page(after=after[0] if after else None, limit=count + 1)
        page = self.cursor.body(states, count, Schedule.of, lambda state: [state.schedule.name])
        return answer(SchedulePage(schedules=page["results"], next=page["next"]))

    @extend_schema(
        operation_id="create_schedule",
        summary="Make a schedule; its first run is its first moment from now on.",
        description="The jobs are checked as an execution's. 409 when there is a schedule of that name.",
        tags=TAG,
        request=ScheduleRequest,
        responses=OneSchedule,
    )
    def post(self, request: Request) -> Response:
        given = self.given(ScheduleRequest)
        try:
            schedules.create_schedule(name=given.name, actor=context.caller().user, **given.plan())
        except InvalidRequest as error:
            raise located(error, given.jobs) from error
        return shown(given.name)


class ScheduleView(DistributedView):
    """One schedule."""

    roles: ClassVar = {"GET": READERS, "PATCH": OPERATORS, "DELETE": OPERATORS}

    @extend_schema(operation_id="get_schedule", summary="One schedule.", tags=TAG, responses=OneSchedule)
    def get(self, request: Request, name: str) -> Response:
        return shown(name)

    @extend_schema(
        operation_id="change_schedule",
        summary="Change what is given of a schedule, or enable and disable it.",
        description="With other timing, and when it is enabled, the next run is the first moment from now on.",
        tags=TAG,
        request=ChangeSchedule,
        responses=OneSchedule,
    )
    def patch(self, request: Request, name: str) -> Response:
        given = self.given(ChangeSchedule)
        try:
            schedules.change_schedule(name=name, actor=context.caller().user, **given.plan())
        except InvalidRequest as error:
            raise located(error, given.jobs) from error
        return shown(name)

    @extend_schema(
        operation_id="delete_schedule",
        summary="Remove a schedule. Its executions stay, and one that runs goes on.",
        tags=TAG,
        responses=Deleted,
    )
    def delete(self, request: Request, name: str) -> Response:
        schedules.delete_schedule(name=name, actor=context.caller().user)
        return answer(Deleted(name=name, message=f'The schedule "{name}" is gone; its executions stay.'))


class RunView(DistributedView):
    """Runs a schedule by hand."""

    roles: ClassVar = {"POST": OPERATORS}

    @extend_schema(
        operation_id="run_schedule",
        summary="Run a schedule now, besides its timetable, also when it is disabled.",
        description="The overlap rule holds: with `skip`, 409 while a run goes on.",
        tags=TAG,
        request=RunRequest,
        responses=Started,
    )
    def post(self, request: Request, name: str) -> Response:
        self.given(RunRequest)
        return answer(Started.of(schedules.run_schedule(name=name, actor=context.caller().user)))


def shown(name: str) -> Response:
    """The schedule as it is now."""
    (state,) = schedule_states([schedule_named(name)])
    return answer(OneSchedule(schedule=ScheduleWithJobs.of(state)))
