"""Run what waits, then return: for commands and tests that have no worker."""

import time

from project.postgres import sql
from workers.runtime.runtime import Runtime


def drain(timeout_seconds: float = 30.0, *, slots: int = 2, due_seconds: float | None = None) -> None:
    """Runs jobs in this process until none is active or waiting, and none becomes due within the time that is left.

    With `due_seconds` it waits for none that becomes due later than that after the call: with 0 for no retry's pause.
    Raises `TimeoutError` naming what is left when the time is over.
    """
    began = time.monotonic()
    end = began + timeout_seconds
    due = end if due_seconds is None else began + due_seconds
    runtime = Runtime(slots=slots, poll_seconds=0.02).start()
    try:
        while left := sql.rows(_LEFT, {"seconds": max(due - time.monotonic(), 0.0)}):
            if time.monotonic() >= end:
                names = ", ".join(f"{record['jobs']} of {record['type']}" for record in left)
                raise TimeoutError(f"Jobs are left after {timeout_seconds:g} s: {names}.")
            time.sleep(0.01)
    finally:
        runtime.stop()


_LEFT = """
WITH waiting AS (
  SELECT lane_id, run_at, ids FROM ready UNION ALL SELECT lane_id, run_at, ids FROM held
  UNION ALL SELECT lane_id, now(), ids FROM lease
)
SELECT l.type, sum(cardinality(w.ids)) AS jobs FROM waiting w JOIN lane l ON l.id = w.lane_id
WHERE w.run_at <= now() + make_interval(secs => %(seconds)s) GROUP BY l.type ORDER BY l.type
"""
