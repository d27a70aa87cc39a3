"""Async handlers: a slot runs all claims that it took in its own event loop, together."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from workers.handlers import Claim, Handler
from workers.runtime.attempts import all_ended, completed, of_batch
from workers.runtime.tasks import Task


class Coroutines:
    """The event loop of one slot, made when the first async handler needs it."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def run(self, found: Handler, task: Task, claims: list[Claim]) -> None:
        """One coroutine for each claim, each with its own timeout; or one for all when the handler takes batches."""
        if found.max_batch_size:
            self._run(task, claims, _batch(found, task, claims), task.start)
        else:
            self._run(task, claims, _each(found, task, claims), task.start_each)

    def close(self) -> None:
        if self._runner is not None:
            self._runner.close()
            self._runner = None

    def _run(
        self, task: Task, claims: list[Claim], work: Coroutine[Any, Any, None], start: Callable[..., None]
    ) -> None:
        if self._runner is None:
            self._runner = asyncio.Runner()
        loop = self._runner.get_loop()
        running = loop.create_task(work)
        start(claims, partial(loop.call_soon_threadsafe, running.cancel))
        try:
            loop.run_until_complete(running)
        except asyncio.CancelledError:
            pass  # interrupted: nothing of it counts any more
        except BaseException as error:  # noqa: BLE001 - a task that a handler began has left the loop, as by sys.exit()
            ended = {result.job_id for result in task.ended}
            task.ended += all_ended([claim for claim in claims if claim.job_id not in ended], error)
            self.close()
        finally:
            task.end()


async def _each(found: Handler, task: Task, claims: Sequence[Claim]) -> None:
    async with asyncio.TaskGroup() as group:  # when it is cancelled, so are they, and it waits for them
        for claim in claims:
            group.create_task(_one(found, task, claim))


async def _one(found: Handler, task: Task, claim: Claim) -> None:
    try:
        async with asyncio.timeout(claim.timeout_seconds) as limit:
            task.ended.append(completed(claim, await found.work(claim)))  # type: ignore[arg-type, misc]
    except BaseException as error:  # noqa: BLE001 - whatever a handler raises ends its attempt, never the slot
        _pass_interrupt(task, error)
        late = TimeoutError(f"timed out after {claim.timeout_seconds:g} s") if limit.expired() else error
        task.ended += all_ended([claim], late)


async def _batch(found: Handler, task: Task, claims: list[Claim]) -> None:
    try:
        task.ended += of_batch(claims, await found.work(claims))  # type: ignore[arg-type, misc]
    except BaseException as error:  # noqa: BLE001 - as above
        _pass_interrupt(task, error)
        task.ended += all_ended(claims, error)


def _pass_interrupt(task: Task, error: BaseException) -> None:
    """A handler may be cancelled by something of its own; only our cancelling ends its siblings too."""
    if task.interrupted and isinstance(error, asyncio.CancelledError):
        raise error
