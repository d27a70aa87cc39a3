"""The product as the benchmark's program (`benchmarks.peers.program`), a process of its own each time.

fill JOBS            enqueue, print the seconds
drain CONCURRENCY    a worker, and what `run_workers` has beside it
enqueue JOBS         one by one to an idle worker, print when each call began
feed BACKLOG         keep so many jobs waiting until killed
produce RATE         so many jobs a second until killed
"""

import json
import sys
import time
from collections.abc import Callable

import django

django.setup()

from benchmarks.engine_parts import jobs  # noqa: E402
from benchmarks.peers import said  # noqa: E402
from project.postgres import sql  # noqa: E402
from workers.runtime import Runtime  # noqa: E402
from workers.runtime.upkeep import Upkeep  # noqa: E402
from workers.services import JobSpec, submit, submit_many  # noqa: E402

EXECUTION_JOBS = 10_000
SLOTS = 2  # one is filled while the other works; below a hundred at once a larger claim gains more
AT_ONCE = 5  # jobs of one submission, when they come at a rate
PAUSE_SECONDS = 0.005
OPEN_JOBS = "SELECT coalesce(sum(total - completed), 0) FROM execution WHERE completed_at IS NULL"


def fill(count: int) -> None:
    payloads = [said.payload(number) for number in range(count)]
    began = time.monotonic()
    for first in range(0, count, EXECUTION_JOBS):
        _enqueue(payloads[first : first + EXECUTION_JOBS])
    said.say(time.monotonic() - began)


def drain(concurrency: int) -> None:
    slots = SLOTS if concurrency >= 100 else 1
    jobs.register(prefetch=concurrency // slots)
    runtime = Runtime(slots=slots, registered=Upkeep().start)
    said.say("ready")
    sys.stdin.readline()
    runtime.start()
    sys.stdin.read()


def enqueue(count: int) -> None:
    began = []
    for number in range(count):
        time.sleep(PAUSE_SECONDS)
        spec = JobSpec(key="job", type=jobs.CLOCK, payload=said.payload(number))
        began.append(time.monotonic_ns())
        submit(workflow="benchmark", jobs=[spec])
    said.say(json.dumps(began))


def feed(backlog: int) -> None:
    payloads = [said.payload(number) for number in range(EXECUTION_JOBS)]
    while True:
        if sql.value(OPEN_JOBS) < backlog:
            _enqueue(payloads)
        else:
            time.sleep(PAUSE_SECONDS)


def produce(rate: int) -> None:
    began, sent = time.monotonic(), 0
    while True:
        _enqueue([said.payload(sent + number) for number in range(AT_ONCE)])
        sent += AT_ONCE
        time.sleep(max(began + sent / rate - time.monotonic(), 0))


def _enqueue(payloads: list[dict[str, object]]) -> None:
    submit_many(workflow="benchmark", type=jobs.NOOP, payloads=payloads)


COMMANDS: dict[str, Callable[[int], None]] = {
    "fill": fill,
    "drain": drain,
    "enqueue": enqueue,
    "feed": feed,
    "produce": produce,
}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](int(sys.argv[2]))
