"""Procrastinate on psycopg; a worker runs as many jobs at once as the concurrency says (its default is 1)."""

import logging
import os
import time
from typing import Any

import procrastinate
import said

CHUNK = 10_000  # of 100, 1,000 and 10,000 the fastest

logging.getLogger("procrastinate").setLevel(logging.ERROR)  # it would rather be a package than a script
app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=os.environ["ADDRESS"]))
done = 0


async def noop(**_payload: Any) -> dict[str, bool]:
    global done  # noqa: PLW0603 - a task belongs to its module
    done += 1
    return {"ok": True}


task = app.task(noop, name="noop")


async def fill(jobs: int) -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        parts = said.chunks(jobs, CHUNK)
        began = time.monotonic()
        for payloads in parts:
            await task.batch_defer_async(*payloads)
        said.say(time.monotonic() - began)


async def drain(concurrency: int) -> None:
    async with app.open_async():
        await said.start()
        await app.run_worker_async(wait=False, concurrency=concurrency, install_signal_handlers=False)
        said.say_done(done)


if __name__ == "__main__":
    said.main(fill, drain)
