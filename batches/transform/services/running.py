"""Running a pipeline: how long it took, and no value of an item in any error."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batches.transform.pipeline import Compiled, Outcome


class Broken(Exception):
    """A pipeline raised what it should not. The message says where; what was raised may have items in it."""


@dataclass(frozen=True)
class Run:
    """What a pipeline made of items. `work_seconds` are its own."""

    outcome: Outcome
    work_seconds: float


def run(compiled: Compiled, items: Sequence[Any], *, first_row: int = 0, on_error: str) -> Run:
    """Raises `Broken`."""
    began = time.perf_counter()
    try:
        outcome = compiled.run(items, first_row=first_row, on_error=on_error)
    except Exception as error:  # noqa: BLE001 - whatever it is, its text stays here
        place = _place(error)
    else:
        return Run(outcome, time.perf_counter() - began)
    raise Broken(place)


def _place(error: Exception) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f" at {Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame is not None else ""
    return f"{type(error).__name__}{where}"
