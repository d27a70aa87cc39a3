"""PgQueuer on asyncpg, its fastest driver; the batch it claims at once is the concurrency (its default is 10)."""

import json
import os
import time

import asyncpg
import said
from pgqueuer import AsyncpgDriver, PgQueuer, Queries
from pgqueuer.models import Job
from pgqueuer.types import QueueExecutionMode

CHUNK = 1000  # of 100, 1,000 and 10,000 the fastest


async def fill(jobs: int) -> None:
    connection = await asyncpg.connect(os.environ["ADDRESS"])
    queries = Queries(AsyncpgDriver(connection))
    await queries.install()
    parts = [[json.dumps(payload).encode() for payload in part] for part in said.chunks(jobs, CHUNK)]
    began = time.monotonic()
    for payloads in parts:
        await queries.enqueue(["noop"] * len(payloads), payloads, [0] * len(payloads))
    said.say(time.monotonic() - began)
    await connection.close()


async def drain(batch: int) -> None:
    connection = await asyncpg.connect(os.environ["ADDRESS"])
    queue = PgQueuer(AsyncpgDriver(connection))
    done = 0

    async def noop(_job: Job) -> None:
        nonlocal done
        done += 1

    queue.entrypoint("noop")(noop)
    await said.start()
    await queue.run(batch_size=batch, mode=QueueExecutionMode.drain)
    said.say_done(done)
    await connection.close()


if __name__ == "__main__":
    said.main(fill, drain)
