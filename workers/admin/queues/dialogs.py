"""The moves a person may make with a queue, or with all of them: the name of all is empty."""

from django.contrib.auth.models import User

from project.console.dialogs import Answers, Dialog, NothingForm, ReasonForm
from workers.admin.queues.forms import LimitsForm, PauseForm
from workers.admin.roles import OPERATORS
from workers.queries.queue_states import pauses, queue_state
from workers.services import queues

ALL = ""


def named(queue: str) -> str:
    """How a queue, or all of them, is spoken of."""
    return queue or "All queues"


def _pause(queue: str, actor: User, answers: Answers) -> str:
    queues.pause(queue=queue or None, reason=answers["reason"], until=answers["until"], actor=actor)
    return queue


def _resume(queue: str, actor: User, _: Answers) -> str:
    queues.resume(queue=queue or None, actor=actor)
    return queue


def _limit(queue: str, actor: User, answers: Answers) -> str:
    queues.change_queue(
        name=queue,
        actor=actor,
        concurrency=answers["concurrency"],
        rate_limit=answers["rate_limit"],
        rate_seconds=answers["rate_seconds"],
        horizon_seconds=answers["horizon_seconds"],
    )
    return queue


def _drain(queue: str, actor: User, answers: Answers) -> str:
    queues.drain(name=queue, reason=answers["reason"], actor=actor)
    return queue


def _explain_pause(queue: str) -> list[str]:
    return [
        f"Workers take no more jobs of {queue or 'any queue'}. What they run already goes on to its end.",
        "New jobs are accepted and wait.",
        "Everyone sees here, and in the API, who paused it and why.",
    ]


def _explain_resume(queue: str) -> list[str]:
    if queue == ALL:
        return _explain_resume_all()
    if any(pause.queue is None for pause in pauses()):
        return ["The queue's own pause ends. All queues are paused besides: it goes on once that pause has ended too."]
    return ["Workers take its jobs again at once, in their order."]


def _explain_resume_all() -> list[str]:
    own = sum(pause.queue is not None for pause in pauses())
    stay = [f"Queues with a pause of their own, which stay paused: {own:,}."] if own else []
    return [f"Workers take the jobs of all {'other ' if own else ''}queues again at once, in their order.", *stay]


def _explain_limit(queue: str) -> list[str]:
    return [
        "The limits hold over all workers together, exactly, for what is claimed from now on.",
        f"What runs of {queue} already goes on, even above a new limit.",
    ]


def _explain_drain(queue: str) -> list[str]:
    counts = queue_state(queue).counts
    return [
        f"{counts.waiting + counts.paused:,} waiting and {counts.delayed:,} delayed jobs are cancelled for good.",
        f"{counts.active:,} active jobs go on.",
        "Jobs that depend on a cancelled one are cancelled, fail or go on, as each says.",
        "Jobs of the product itself, as those of a month-end close, stay.",
        "To run them after all, retry their execution.",
    ]


DIALOGS = {
    dialog.verb: dialog
    for dialog in (
        Dialog("pause", "Pause", OPERATORS, PauseForm, _explain_pause, _pause, "paused"),
        Dialog("resume", "Resume", OPERATORS, NothingForm, _explain_resume, _resume, "resumed"),
        Dialog("limits", "Limits", OPERATORS, LimitsForm, _explain_limit, _limit, "has its limits"),
        Dialog("drain", "Drain", OPERATORS, ReasonForm, _explain_drain, _drain, "was drained", grave=True),
    )
}
