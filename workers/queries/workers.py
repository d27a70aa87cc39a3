"""Who works."""

from dataclasses import dataclass
from datetime import datetime

from project.postgres import sql


@dataclass(frozen=True, kw_only=True)
class LiveWorker:
    """A worker that is alive now. `current_load` is how many jobs it was running at its last heartbeat."""

    id: int
    name: str
    hostname: str
    pid: int | None
    slots: int
    queues: list[str]
    current_load: int | None
    cpu_percent: float | None
    memory_mb: float | None
    started_at: datetime
    last_heartbeat: datetime

    @property
    def utilization(self) -> float:
        """Busy slots by slots; 0 before the first heartbeat."""
        return (self.current_load or 0) / self.slots


def live_workers() -> list[LiveWorker]:
    """Workers that are alive, by id."""
    return [LiveWorker(**record) for record in sql.rows(_LIVE_WORKERS)]


def slots_alive() -> int:
    """How many jobs the live workers can run at once."""
    return int(sql.value("SELECT coalesce(sum(w.slots), 0) FROM workers.live_workers() w"))


_LIVE_WORKERS = """
SELECT w.id, w.name, w.hostname, w.pid, w.slots, w.queues, w.current_load, w.cpu_percent, w.memory_mb, w.started_at,
  w.last_heartbeat
FROM workers.live_workers() w ORDER BY w.id
"""
