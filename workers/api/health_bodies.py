"""Bodies of the engine's health."""

from collections import Counter
from collections.abc import Sequence
from typing import Self

from pydantic import Field

from workers.api.shapes import Shown, Success
from workers.queries.workers import RegisteredWorker


class Components(Shown):
    """Whether each part does what it is for."""

    queue: bool = Field(description="False while jobs are due and no worker is alive")
    worker_manager: bool = Field(description="False while workers are registered and none of them is alive")
    state_store: bool = Field(description="PostgreSQL takes writes")

    @property
    def all(self) -> bool:
        return self.queue and self.worker_manager and self.state_store


class EngineWorkers(Shown):
    """The registered workers."""

    total: int
    active: int = Field(description="Alive: idle, busy, or not heard of its load yet")
    idle: int = Field(description="Alive and running nothing")
    busy: int = Field(description="Alive and running jobs")
    unhealthy: int = Field(description="Three heartbeats are missing, or the session of a worker process ended")
    utilization_percent: float = Field(description="Jobs that live workers run, of those that they can run at once")

    @classmethod
    def of(cls, workers: Sequence[RegisteredWorker]) -> Self:
        states = Counter(worker.status for worker in workers)
        alive = [worker for worker in workers if worker.alive]
        slots = sum(worker.slots for worker in alive)
        load = sum(worker.current_load or 0 for worker in alive)
        return cls(
            total=len(workers),
            active=len(alive),
            idle=states["idle"],
            busy=states["busy"],
            unhealthy=states["unhealthy"],
            utilization_percent=round(100 * load / slots, 1) if slots else 0.0,
        )


class Warned(Shown):
    """Something that hurts or will."""

    code: str
    text: str
    mend: str = Field(description="What to do about it")


class EngineHealth(Success):
    """Whether work gets done."""

    healthy: bool = Field(description="All components are")
    components: Components
    workers: EngineWorkers
    warnings: list[Warned] = Field(description="What stops work first; empty when all is well")
