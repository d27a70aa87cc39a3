"""What a worker of this process says of itself when it begins."""

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from psycopg.types.json import Jsonb

from workers import handlers
from workers.runtime.sessions import Session, value

log = structlog.get_logger("workers")

ALL_QUEUES = "*"
REGISTER = "SELECT workers.register_worker(%s, %s, %s, %s, %s::text[], %s::text[], %s, true, %s, %s::text[], %s)"


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A worker as it registers, as often as it must."""

    name: str
    slots: int
    queues: Sequence[str]
    lease_seconds: float
    capabilities: Sequence[str] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def register(self, connection: Session) -> int:
        """Makes the worker known, with this session as the proof of its life; returns its id."""
        worker_id: int = value(
            connection,
            REGISTER,
            self.name,
            socket.gethostname(),
            os.getpid(),
            self.slots,
            list(self.queues),
            handlers.types(),
            self.lease_seconds,
            Jsonb(handlers.prefetches()),
            list(self.capabilities),
            Jsonb(dict(self.metadata)),
        )
        log.info("worker registered", worker=worker_id, name=self.name, slots=self.slots, queues=list(self.queues))
        return worker_id
