"""A slot: a thread that runs one handler at a time and says how it ended."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import psycopg
import structlog
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from workers import handlers
from workers.handlers import Claim, Handler, Permanent
from workers.runtime.attempts import all_ended, completed, of_batch
from workers.runtime.board import Board
from workers.runtime.coroutines import Coroutines
from workers.runtime.tasks import Task, result


class Slot(threading.Thread):
    """Takes tasks from the board until it gets None."""

    def __init__(self, board: Board, number: int) -> None:
        super().__init__(name=f"slot-{number}", daemon=True)
        self._board = board
        self._coroutines = Coroutines()

    def run(self) -> None:
        while (task := self._board.tasks.get()) is not None:
            with structlog.contextvars.bound_contextvars(job=task.claims[0].job_id, type=task.type):
                self._run(task)
            self._board.finish(task)
            self._give_back_connection(task)
        self._coroutines.close()

    def _run(self, task: Task) -> None:
        """Runs the handler on what is still open of the task, and tells the task how each attempt ended."""
        claims = [claim for claim in task.claims if claim.job_id in task.open]
        found = handlers.registered(task.type)
        if found is None:
            error = Permanent(f'No handler is registered for the job type "{task.type}".')
            task.ended += all_ended(claims, error)
        elif not claims:
            return
        elif found.is_async:
            self._coroutines.run(found, task, claims)
        elif found.max_batch_size:
            self._together(found, task, claims)
        else:
            self._in_turn(found, task, claims)

    def _in_turn(self, found: Handler, task: Task, claims: Sequence[Claim]) -> None:
        work: Callable[[Claim], Any] = found.work  # type: ignore[assignment]  # it takes one claim and isn't async
        task.start(claims[:1], partial(_cancel, connections["default"]))
        for number, claim in enumerate(claims):
            if not task.turn(claim):
                continue
            if number and self._board.stopping.is_set():
                task.ended.append(result(claim, "release"))
                continue
            try:
                task.ended.append(completed(claim, work(claim)))
            except BaseException as error:  # noqa: BLE001 - whatever a handler raises ends its attempt, never the slot
                task.ended += all_ended([claim], error)
        task.end()

    def _together(self, found: Handler, task: Task, claims: list[Claim]) -> None:
        """One call for all of them."""
        task.start(claims, partial(_cancel, connections["default"]))
        try:
            task.ended += of_batch(claims, found.work(claims))  # type: ignore[arg-type]  # it takes a list
        except BaseException as error:  # noqa: BLE001 - as above
            task.ended += all_ended(claims, error)
        finally:
            task.end()

    def _give_back_connection(self, task: Task) -> None:
        wrapper = connections["default"]
        if task.interrupted and wrapper.connection is not None:
            wrapper.connection.close()  # a late cancel request must not hit the next one who gets it
        connections.close_all()


def _cancel(database: BaseDatabaseWrapper) -> None:
    """Stops the statement that the handler waits for, if it has a connection then."""
    running: psycopg.Connection | None = database.connection
    if running is not None and not running.closed:
        running.cancel_safe(timeout=2.0)
