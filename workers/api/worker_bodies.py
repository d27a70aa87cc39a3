"""Bodies of the worker registry."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints

from workers.api.shapes import Shown, Success
from workers.documents.shapes import LARGEST_INT, WHOLE, Given, Name
from workers.queries.workers import HeldClaim, RegisteredWorker
from workers.services.remote import HEARTBEATS_MISSED, Introduction

Status = Annotated[
    Literal["active", "idle", "busy", "unhealthy"],
    Field(
        description="`idle`: alive, runs nothing. `busy`: alive, runs jobs. `active`: alive, and hasn't said yet how "
        "many jobs it runs. `unhealthy`: three heartbeats are missing, or the session of a worker process ended."
    ),
]


def _not_reserved(name: str) -> str:
    if name == "register":
        raise ValueError("This is an address of the API. Choose another id.")
    return name


WorkerId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$"),
    AfterValidator(_not_reserved),
    Field(description="Letters, digits and . _ : @ -, at most 128", examples=["worker-1"]),
]
Load = Annotated[int, Field(ge=0, le=LARGEST_INT, description="Jobs that it runs at this moment"), WHOLE]
HeartbeatSeconds = Annotated[
    float,
    Field(
        ge=0.5, le=3600, description="How often it will say that it lives; after three missed ones its jobs run again"
    ),
]


class RegisterRequest(Given):
    """What a worker says of itself. An id that is registered already is taken over."""

    worker_id: WorkerId
    hostname: Name
    pid: Annotated[int, Field(ge=0, le=LARGEST_INT), WHOLE] | None = None
    capabilities: Annotated[list[Name], Field(max_length=100, description="Labels that jobs may require")] = []
    max_concurrency: Annotated[int, Field(ge=1, le=10_000, description="Jobs that it can run at once"), WHOLE]
    current_load: Load | None = None
    metadata: Annotated[dict[str, Any], Field(description="Facts that jobs may compare: `memoryGB >= 32`")] = {}
    queues: Annotated[list[Name], Field(min_length=1, max_length=100)] | None = Field(
        None, description="Queues that it serves; all when left out"
    )
    types: Annotated[list[Name], Field(min_length=1, max_length=1000)] | None = Field(
        None, description="Job types that it can run; any when left out"
    )
    heartbeat_seconds: HeartbeatSeconds = 30.0

    def introduction(self) -> Introduction:
        """The same for the service."""
        fields = self.model_dump(exclude={"worker_id", "max_concurrency", "current_load"})
        return Introduction(name=self.worker_id, slots=self.max_concurrency, load=self.current_load, **fields)


class Registered(Success):
    """A registration that was made."""

    worker_id: str
    registered_at: datetime
    heartbeat_seconds: float = Field(description="Send a heartbeat at least this often")
    lease_seconds: float = Field(description="How long a claim lasts unless it is extended")


class Worker(Shown):
    """A registered worker."""

    worker_id: str
    hostname: str
    capabilities: list[str]
    status: Status
    current_load: int = Field(description="At the last heartbeat; 0 before one told it")
    max_concurrency: int
    utilization: float = Field(description="currentLoad of maxConcurrency, in percent; 0 while the load is unknown")
    last_heartbeat: datetime
    uptime: float = Field(description="Seconds since it registered")

    @classmethod
    def of(cls, worker: RegisteredWorker) -> Self:
        return cls(**_shown(worker))


class WorkerDetail(Worker):
    """A registered worker with all that is known of it, and what it holds."""

    pid: int | None
    remote: bool = Field(description="False for a worker process of the installation itself")
    owner: str | None = Field(description="The user who registered it; keys of others can't act for it")
    queues: list[str] = Field(description="`*` is all")
    types: list[str] | None = Field(description="null is any")
    metadata: dict[str, Any]
    registered_at: datetime
    heartbeat_seconds: float
    lease_seconds: float
    cpu_percent: float | None
    memory_mb: float | None
    claims: list["Held"]

    @classmethod
    def of(cls, worker: RegisteredWorker, held: list[HeldClaim] | None = None) -> Self:
        lease_seconds = worker.lease_time.total_seconds()
        return cls(
            **_shown(worker),
            pid=worker.pid,
            remote=not worker.has_session,
            owner=worker.owner,
            queues=worker.queues,
            types=worker.types,
            metadata=worker.metadata,
            registered_at=worker.started_at,
            heartbeat_seconds=lease_seconds / HEARTBEATS_MISSED,
            lease_seconds=lease_seconds,
            cpu_percent=worker.cpu_percent,
            memory_mb=worker.memory_mb,
            claims=[Held(**vars(one)) for one in held or ()],
        )


class Held(Shown):
    """Jobs of one kind that it took with one claim and still holds."""

    claim: int
    queue: str
    type: str
    jobs: list[int]
    attempt: int
    claimed_at: datetime
    until: datetime = Field(description="When others may take the jobs, unless the claim is extended")


class WorkerList(Success):
    """All registered workers."""

    count: int
    workers: list[Worker]


class OneWorker(Success):
    """One registered worker."""

    worker: WorkerDetail


class HeartbeatRequest(Given):
    """A sign of life."""

    current_load: Load


class Heartbeat(Success):
    """That it was noted."""

    worker_id: str
    status: Status
    current_load: int
    last_heartbeat: datetime


class Deregistered(Success):
    """That it is gone."""

    worker_id: str
    message: str


def _shown(worker: RegisteredWorker) -> dict[str, Any]:
    return {
        "worker_id": worker.name,
        "hostname": worker.hostname,
        "capabilities": worker.capabilities,
        "status": worker.status,
        "current_load": worker.current_load or 0,
        "max_concurrency": worker.slots,
        "utilization": round(100 * worker.utilization, 1),
        "last_heartbeat": worker.last_heartbeat,
        "uptime": round(worker.uptime_seconds, 3),
    }
