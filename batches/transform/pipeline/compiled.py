"""A pipeline ready to run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from batches.transform.states import OnError

from . import mask_actions, step_actions  # noqa: F401  they register themselves
from .actions import Action, action
from .deadline import deadline
from .frames import Frame, frames_of
from .limits import RUN_SECONDS
from .refusals import RowError
from .steps import Written


@dataclass(frozen=True)
class Outcome:
    """What became of items: results in their order, how many a filter took out, and why others have no result."""

    results: list[dict[str, Any]]
    filtered: int
    errors: list[RowError] = field(default_factory=list)


@dataclass(frozen=True)
class Explained:
    """What one step did to an item; no item after it: the item was filtered or is bad."""

    number: int
    op: str
    item: dict[str, Any] | None
    changed: list[str]
    filtered: bool
    error: RowError | None


class Compiled:
    """The closures of a version's steps. Keeps nothing of the items, and many threads may use it at once."""

    def __init__(self, steps: Sequence[Written]) -> None:
        self._actions: tuple[Action, ...] = tuple(action(step) for step in steps)

    def run(self, items: Sequence[Any], *, first_row: int = 0, on_error: str = OnError.FAIL) -> Outcome:
        """Transform items; they stay as they are. Rows count from `first_row`.

        With `fail`, one bad item leaves no results, and its error is the only one: that of the first bad row. With
        `skip`, bad items are left out and listed by row. Items whose turn comes after RUN_SECONDS are bad.
        """
        frames, errors = frames_of(items, first_row)
        with deadline(RUN_SECONDS):
            for frame in frames:
                self._pass(frame)
                errors += frame.errors
        errors.sort(key=lambda error: error.row)
        if errors and on_error == OnError.FAIL:
            return Outcome([], 0, errors[:1])
        return Outcome(_in_order(frames), sum(frame.filtered for frame in frames), errors)

    def explain(self, item: Any) -> list[Explained]:
        """Run one item and say what each step made of it, up to the step that it didn't pass."""
        frames, errors = frames_of([item], 0)
        if errors:
            return [Explained(0, "", None, [], filtered=False, error=errors[0])]
        (frame,) = frames
        told: list[Explained] = []
        before = dict(item)
        with deadline(RUN_SECONDS):
            for number, one in enumerate(self._actions):
                one.apply(frame)
                told.append(_explained(number, one.op, frame, before))
                if not frame.rows:
                    break
                before = frame.items()[0]
        return told

    def _pass(self, frame: Frame) -> None:
        for one in self._actions:
            if not frame.rows:
                return
            one.apply(frame)


def _explained(number: int, op: str, frame: Frame, before: dict[str, Any]) -> Explained:
    if not frame.rows:
        error = frame.errors[0] if frame.errors else None
        return Explained(number, op, None, [], filtered=error is None, error=error)
    now = frame.items()[0]
    changed = [name for name in {**before, **now} if _differs(before, now, name)]
    return Explained(number, op, now, changed, filtered=False, error=None)


def _differs(before: dict[str, Any], now: dict[str, Any], name: str) -> bool:
    if (name in before) is not (name in now):
        return True
    return type(before[name]) is not type(now[name]) or bool(before[name] != now[name])


def _in_order(frames: Sequence[Frame]) -> list[dict[str, Any]]:
    if len(frames) == 1:
        return frames[0].items()
    found = [pair for frame in frames for pair in zip(frame.rows, frame.items(), strict=True)]
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]
