"""What will hurt the engine, or does already."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from project.postgres import sql
from workers.queries import burden

OLD_SNAPSHOT_SECONDS = 60
OLD_SNAPSHOT_TRANSACTIONS = 1_000_000  # where the server doesn't tell since when
LONG_WAIT_SECONDS = 300
UNFOLDED_MINUTES = 10
CLAIM_WASTE = 20_000  # index entries
DEBT = 10  # times the dead rows at which housekeeping vacuums
SHOWN = 3  # of a kind; each of them says how many there are
RUN_WORKERS = "manage.py run_workers"
HOUSEKEEP = "manage.py housekeep"
UNBURDEN = f"End who holds an old snapshot, then run {HOUSEKEEP}."


class Code(StrEnum):
    """What a warning is about."""

    NO_WORKER = "NO_WORKER"
    SILENT_WORKER = "SILENT_WORKER"
    NO_CAPABLE_WORKER = "NO_CAPABLE_WORKER"
    LONG_WAIT = "LONG_WAIT"
    OLD_SNAPSHOT = "OLD_SNAPSHOT"
    VACUUM_DEBT = "VACUUM_DEBT"
    CLAIM_WASTE = "CLAIM_WASTE"
    NO_HOUSEKEEPING = "NO_HOUSEKEEPING"


@dataclass(frozen=True)
class HealthWarning:
    """One thing that is or will be wrong, as a sentence, and what mends it; `command` does so where one line can."""

    code: Code
    text: str
    mend: str
    command: str = ""


def warnings() -> list[HealthWarning]:
    """What needs somebody now, what stops work first. Empty when all is well."""
    return [*_silent(), *_lanes(), *_snapshot(), *_debt(), *_waste(), *_housekeeping()]


def _silent() -> Iterator[HealthWarning]:
    silent = sql.rows(_SILENT)
    for worker in silent[:SHOWN]:
        text = f"Worker {worker['name']} has been silent for {_duration(worker['seconds'])}{_more(silent)}."
        yield HealthWarning(Code.SILENT_WORKER, text, "Start it again. Others have its jobs already.")


def _lanes() -> Iterator[HealthWarning]:
    found = sql.rows(_DUE_LANES)
    if found and not found[0]["workers"]:
        jobs = sum(lane["jobs"] for lane in found)
        text = f"{_wait(jobs)} and no worker is up."
        yield HealthWarning(Code.NO_WORKER, text, f"Run {RUN_WORKERS}.", RUN_WORKERS)
        return
    unserved = [lane for lane in found if not lane["served"]]
    for lane in unserved[:SHOWN]:
        text = f"{_wait(lane['jobs'], _lane(lane))} and no live worker fits{_more(unserved)}."
        yield HealthWarning(Code.NO_CAPABLE_WORKER, text, "Start one that does, or cancel their executions.")
    late = [lane for lane in found if lane["served"] and lane["seconds"] > LONG_WAIT_SECONDS]
    for lane in late[:SHOWN]:
        text = f"{_wait(lane['jobs'], _lane(lane))}, the oldest for {_duration(lane['seconds'])}{_more(late)}."
        yield HealthWarning(Code.LONG_WAIT, text, "Start more workers, or raise the limits of the queue.")


def _snapshot() -> Iterator[HealthWarning]:
    held = burden.oldest_snapshot()
    if held is None:
        return
    old = held.transactions >= OLD_SNAPSHOT_TRANSACTIONS
    age = f"over {held.transactions:,} transactions"
    if held.seconds is not None:
        old, age = held.seconds >= OLD_SNAPSHOT_SECONDS, f"for {_duration(held.seconds)}"
    if old:
        name, mend, command = _holder(held)
        text = f"{name} has kept dead rows from being removed {age}."
        yield HealthWarning(Code.OLD_SNAPSHOT, text, " ".join(filter(None, (mend, command))), command)


def _holder(held: burden.Snapshot) -> tuple[str, str, str]:
    """What it is, and the words and the statement of what ends it; none for a worker's own."""
    quoted = "'" + held.holder.replace("'", "''") + "'"
    if held.kind == "slot":
        drop = f"SELECT pg_drop_replication_slot({quoted});"
        return f"The replication slot {held.holder}", "Start its replica, or drop the slot:", drop
    if held.kind == "prepared":
        return f"The prepared transaction {held.holder}", "Finish it:", f"ROLLBACK PREPARED {quoted};"
    name = f"Session {held.holder} ({held.program})"
    if held.program.startswith("tutup-worker"):
        return name, "It is a handler's long statement or transaction: let it end.", ""
    return name, "End its transaction, or the session:", f"SELECT pg_terminate_backend({held.holder});"


def _debt() -> Iterator[HealthWarning]:
    for table in burden.hot_tables():
        if table.dead > DEBT * table.allowed:
            text = f"Table {table.name} has {table.dead:,} dead rows."
            yield HealthWarning(Code.VACUUM_DEBT, text, UNBURDEN, HOUSEKEEP)


def _waste() -> Iterator[HealthWarning]:
    waste = burden.claim_waste()
    if waste > CLAIM_WASTE:
        text = f"Claims pass over {waste:,} index entries of dead rows before they find work."
        yield HealthWarning(Code.CLAIM_WASTE, text, UNBURDEN, HOUSEKEEP)


def _housekeeping() -> Iterator[HealthWarning]:
    if sql.value(_UNFOLDED, [UNFOLDED_MINUTES]):
        text = f"Nobody has kept house for {UNFOLDED_MINUTES} minutes."
        yield HealthWarning(Code.NO_HOUSEKEEPING, text, f"Run {RUN_WORKERS}, or {HOUSEKEEP} by cron.", RUN_WORKERS)


def _lane(lane: dict[str, Any]) -> str:
    needs = [*lane["labels"], *(" ".join(map(str, comparison)) for comparison in lane["comparisons"])]
    return f"of type {lane['type']} in queue {lane['queue']}" + (f" (needs {', '.join(needs)})" if needs else "")


def _wait(jobs: int, which: str = "") -> str:
    """So many jobs, which ones, and that they wait."""
    one = jobs == 1
    return " ".join(filter(None, (f"{jobs:,}", "job" if one else "jobs", which, "waits" if one else "wait")))


def _more(found: list[Any]) -> str:
    return f" (one of {len(found)})" if len(found) > SHOWN else ""


def _duration(seconds: float) -> str:
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


_SILENT = """
SELECT w.name, extract(epoch FROM now() - w.last_heartbeat)::float8 AS seconds
FROM worker w LEFT JOIN workers.live_workers() l ON l.id = w.id
WHERE w.stopped_at IS NULL AND l.id IS NULL ORDER BY w.last_heartbeat
"""

_DUE_LANES = """
WITH alive AS MATERIALIZED (SELECT * FROM workers.live_workers()), due AS (
  SELECT r.lane_id, sum(cardinality(r.ids))::bigint AS jobs, min(r.run_at) AS oldest FROM ready r
  WHERE r.run_at <= now() GROUP BY r.lane_id
)
SELECT q.name AS queue, l.type, l.labels, l.comparisons, d.jobs,
  extract(epoch FROM now() - d.oldest)::float8 AS seconds, (SELECT count(*) FROM alive) AS workers,
  EXISTS (SELECT FROM alive w WHERE (q.name = ANY (w.queues) OR '*' = ANY (w.queues))
    AND (w.types IS NULL OR l.type = ANY (w.types)) AND (w.has_session OR NOT l.internal)
    AND workers.lane_fits(l.labels, l.comparisons, w.capabilities, w.metadata)) AS served
FROM due d JOIN lane l ON l.id = d.lane_id JOIN queue q ON q.id = l.queue_id
WHERE NOT EXISTS (SELECT FROM queue_pause p WHERE (p.queue_id = q.id OR p.queue_id IS NULL)
  AND (p.until IS NULL OR p.until > now()))
ORDER BY d.oldest, l.id
"""

_UNFOLDED = "SELECT EXISTS (SELECT FROM tally t WHERE t.second < now() - make_interval(mins => %s))"
