"""What a snapshot that somebody holds costs, when work comes and is done all the time.

A feeder keeps a backlog; jobs a second are counted over a third of the time without a snapshot, then over the last
third of the time that one is held. Nothing that died meanwhile can be vacuumed.
"""

import time
from typing import Any

import psycopg

from benchmarks.engine_parts.bench import Bench
from benchmarks.engine_parts.ours import newest, until, value, wait_for_end

BACKLOG = 40_000
COMPLETED = "SELECT coalesce(sum(completed), 0) FROM execution WHERE id > %s"


def measure(bench: Bench) -> dict[str, Any]:
    seconds = bench.options.pinned_seconds
    bench.wait_for_quiet()
    with bench.ours.session() as session:
        before = newest(session)
        with bench.ours.working():
            with bench.ours.process("feed", BACKLOG):
                until(lambda: value(session, COMPLETED, before) > BACKLOG, "the feeder doesn't come up")
                clean = _rate(session, before, seconds / 3)
                with _snapshot(bench):
                    first = _rate(session, before, seconds / 3)
                    time.sleep(seconds / 3)
                    last = _rate(session, before, seconds / 3)
            wait_for_end(session)
    return {
        "clean_per_second": round(clean),
        "first_third_per_second": round(first),
        "last_third_per_second": round(last),
        "ratio_to_clean": round(last / clean, 3),
    }


def _rate(session: psycopg.Connection, before: int, seconds: float) -> float:
    began, done = time.monotonic(), value(session, COMPLETED, before)
    time.sleep(seconds)
    return float(value(session, COMPLETED, before) - done) / (time.monotonic() - began)


def _snapshot(bench: Bench) -> psycopg.Connection:
    """A session in the middle of a report; it ends with its block."""
    session = psycopg.connect(bench.ours.address, application_name="benchmark-snapshot")
    session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    session.execute("SELECT count(*) FROM execution")
    return session
