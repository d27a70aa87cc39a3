"""The moves a person may make with a schedule."""

from django.contrib.auth.models import User

from project.console.dialogs import Answers, Dialog, NothingForm
from workers.admin.roles import OPERATORS
from workers.models import Overlap, Schedule
from workers.queries.schedules import running_of
from workers.services import schedules

OVERLAPS = {
    Overlap.SKIP: "While one of its runs goes on, another is refused.",
    Overlap.ALLOW: "Runs may overlap.",
    Overlap.CANCEL: "A run that goes on is cancelled.",
}


def _run(schedule: Schedule, actor: User, _: Answers) -> Schedule:
    schedules.run_schedule(name=schedule.name, actor=actor)
    return schedule


def _enable(schedule: Schedule, actor: User, _: Answers) -> Schedule:
    return schedules.change_schedule(name=schedule.name, actor=actor, enabled=True)


def _disable(schedule: Schedule, actor: User, _: Answers) -> Schedule:
    return schedules.change_schedule(name=schedule.name, actor=actor, enabled=False)


def _explain_run(schedule: Schedule) -> list[str]:
    running = len(running_of(schedule))
    return [
        f"Its {len(schedule.jobs):,} jobs are submitted at once, besides the runs of its timetable.",
        f"{OVERLAPS[Overlap(schedule.overlap)]} {running:,} of its runs go on now.",
    ]


def _explain_enable(_: Schedule) -> list[str]:
    return ["The next run is its first moment from now on. What was due while it was disabled is left out."]


def _explain_disable(_: Schedule) -> list[str]:
    return ["It makes no more runs until it is enabled again. A run that goes on is not touched."]


DIALOGS = {
    dialog.verb: dialog
    for dialog in (
        Dialog("run", "Run now", OPERATORS, NothingForm, _explain_run, _run, "was started"),
        Dialog("enable", "Enable", OPERATORS, NothingForm, _explain_enable, _enable, "is enabled"),
        Dialog("disable", "Disable", OPERATORS, NothingForm, _explain_disable, _disable, "is disabled"),
    )
}
