"""A slot: a thread that runs one handler at a time and says how it ended."""

import json
import re
import threading
from typing import Any

import structlog
from django.db import connections

from project.postgres.errors import database_error
from workers import handlers
from workers.handlers import Claim, Permanent, StaleClaim, Stopped
from workers.runtime.board import Board, Outcome, Result, Task

log = structlog.get_logger("workers")

LONGEST_ERROR = 4000
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class Slot(threading.Thread):
    """Takes tasks from the board until it gets None."""

    def __init__(self, board: Board, number: int) -> None:
        super().__init__(name=f"slot-{number}", daemon=True)
        self._board = board

    def run(self) -> None:
        while (task := self._board.tasks.get()) is not None:
            task.begin(connections["default"])
            with structlog.contextvars.bound_contextvars(job=task.claim.job_id, type=task.claim.type):
                result = attempt(task.claim)
            self._board.finish(task, result)
            self._give_back_connection(task)

    def _give_back_connection(self, task: Task) -> None:
        wrapper = connections["default"]
        if task.interrupted and wrapper.connection is not None:
            wrapper.connection.close()  # a late cancel request must not hit the next one who gets it
        connections.close_all()


def attempt(claim: Claim) -> Result | None:
    """Runs the handler; None when the claim was taken away, so that there is nobody to report to."""
    found = handlers.registered(claim.type)
    try:
        if found is None:
            raise Permanent(f'No handler is registered for the job type "{claim.type}".')
        output = found.work(claim)
        return _result(claim, "completed", output=_json(output))
    except Stopped:
        return _result(claim, "release")
    except Permanent as error:
        log.warning("job failed for good", attempt=claim.attempt, error=str(error))
        return _result(claim, "fail", error=str(error) or "failed for good")
    except BaseException as error:  # whatever a handler raises ends its attempt, never the slot
        if is_stale(error):
            log.info("claim dropped: the job was taken away", claim=claim.fence)
            return None
        log.warning("attempt failed", attempt=claim.attempt, exc_info=error)
        return _result(claim, "retry", error=f"{type(error).__name__}: {error}")


def is_stale(error: BaseException) -> bool:
    """Whether SQLSTATE TU001 is behind it, as our error or as the driver's."""
    cause = database_error(error)
    return isinstance(error, StaleClaim) or (cause is not None and cause.sqlstate == "TU001")


def _result(claim: Claim, outcome: Outcome, *, output: str = "null", error: str | None = None) -> Result:
    text = error.replace("\0", "")[:LONGEST_ERROR] if error else None
    return Result(job_id=claim.job_id, fence=claim.fence, outcome=outcome, output=output, error=text)


def _json(output: Any) -> str:
    """JSON text that jsonb takes. Raises `Permanent` for what it doesn't: another attempt would give the same."""
    try:
        text = json.dumps(output, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError) as error:
        raise Permanent(f"The handler's output is not JSON: {error}") from error
    if NUL.search(text):
        raise Permanent("The handler's output has a NUL character, which jsonb can't hold.")
    return text
