"""Async handlers: a slot runs all claims that it took in its own event loop, together."""

import asyncio
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any

from workers.claims import Result
from workers.handlers import Claim, Handler
from workers.runtime.attempts import all_ended, completed, ended, of_batch
from workers.runtime.tasks import Task


class Coroutines:
    """The event loop of one slot, made when the first async handler needs it."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def run(self, found: Handler, task: Task, claims: Sequence[Claim]) -> list[Result]:
        """One coroutine for each claim, each with its own timeout."""
        return self._run(task, claims, self._all(found, claims))

    def run_batch(self, found: Handler, task: Task, claims: list[Claim]) -> list[Result]:
        """One coroutine for all claims."""
        return self._run(task, claims, self._batch(found, claims))

    def close(self) -> None:
        if self._runner is not None:
            self._runner.close()

    def _run(self, task: Task, claims: Sequence[Claim], work: Coroutine[Any, Any, list[Result]]) -> list[Result]:
        if self._runner is None:
            self._runner = asyncio.Runner()
        loop = self._runner.get_loop()
        running = loop.create_task(work)
        task.start(claims, partial(loop.call_soon_threadsafe, running.cancel))
        try:
            return loop.run_until_complete(running)
        except asyncio.CancelledError:
            return []  # interrupted: nothing of it counts any more
        finally:
            task.end()

    async def _all(self, found: Handler, claims: Sequence[Claim]) -> list[Result]:
        ends = await asyncio.gather(*(_one(found, claim) for claim in claims))
        return [end for end in ends if end is not None]

    async def _batch(self, found: Handler, claims: list[Claim]) -> list[Result]:
        try:
            return of_batch(claims, await found.work(claims))  # type: ignore[arg-type, misc]
        except Exception as error:  # noqa: BLE001 - whatever a handler raises ends its attempt, never the slot
            return all_ended(claims, error)


async def _one(found: Handler, claim: Claim) -> Result | None:
    try:
        async with asyncio.timeout(claim.timeout_seconds):
            return completed(claim, await found.work(claim))  # type: ignore[arg-type, misc]
    except TimeoutError as error:
        late = f"timed out after {claim.timeout_seconds or 0:g} s"
        return ended(claim, TimeoutError(late) if claim.timeout_seconds else error)
    except Exception as error:  # noqa: BLE001 - as above
        return ended(claim, error)
