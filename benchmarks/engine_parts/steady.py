"""Half an hour of 500 jobs a second, in executions of five, with the engine's own vacuum at work.

The time is cut into 30 windows. `slowest_window_share` is the slowest window's jobs a second by the load's;
`dead_rows_growth` the most dead rows in the hot tables at a window's end in the second half, by the most in the first;
`hot_megabytes` the size of these tables with their indexes, at the end of the first window and of the last.
"""

import time
from typing import Any

import psycopg

from benchmarks.engine_parts.bench import Bench
from benchmarks.engine_parts.ours import newest, until, value, wait_for_end

RATE = 500
WINDOWS = 30
HOT = "('ready', 'held', 'lease', 'blocked', 'execution', 'tally', 'queue', 'worker')"
COMPLETED = "SELECT count(*) * 5 FROM execution WHERE id > %s AND completed_at IS NOT NULL"
DEAD = f"SELECT sum(n_dead_tup) FROM pg_stat_user_tables WHERE relname IN {HOT}"
SIZE = f"SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables WHERE relname IN {HOT}"


def measure(bench: Bench) -> dict[str, Any]:
    window = bench.options.steady_minutes * 60 / WINDOWS
    with bench.ours.session() as session:
        before = newest(session)
        with bench.ours.working():
            with bench.ours.process("produce", RATE):
                until(lambda: value(session, COMPLETED, before) > RATE, "the producer doesn't come up")
                rates, dead, sizes = zip(*(_window(session, before, window) for _ in range(WINDOWS)), strict=True)
            wait_for_end(session)
    half = WINDOWS // 2
    return {
        "minutes": bench.options.steady_minutes,
        "jobs_per_second": round(sum(rates) / WINDOWS, 1),
        "slowest_window_share": round(min(rates) / RATE, 3),
        "dead_rows_first_half": max(dead[:half]),
        "dead_rows_second_half": max(dead[half:]),
        "dead_rows_growth": round(max(dead[half:]) / max(*dead[:half], 1), 2),
        "hot_megabytes": [round(size / 1024 / 1024, 1) for size in (sizes[0], sizes[-1])],
    }


def _window(session: psycopg.Connection, before: int, seconds: float) -> tuple[float, int, int]:
    """Jobs a second, and the hot tables' dead rows and bytes at the end."""
    began, done = time.monotonic(), value(session, COMPLETED, before)
    time.sleep(seconds)
    rate = (value(session, COMPLETED, before) - done) / (time.monotonic() - began)
    return float(rate), int(value(session, DEAD)), int(value(session, SIZE))
