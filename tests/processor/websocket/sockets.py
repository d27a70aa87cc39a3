"""Clients of the WebSocket, and batches that go on when a test says so."""

import json
from typing import Any

from django.contrib.auth.models import User
from websockets.sync.client import ClientConnection, connect

from batches.processor import services
from batches.processor.models import InferenceBatch
from batches.processor.services.timeouts import RECORD
from project.access import keys
from project.access.roles import Role
from project.postgres import sql

PATH = "/ws/batch-processor"
PART = 100  # items of a part
QUIET_SECONDS = 0.3


class Socket:
    """An open socket. Use it as a context manager."""

    def __init__(self, server: str, *, key: str | None = None, path: str = PATH, **headers: str) -> None:
        more = {
            **({"X-API-Key": key} if key else {}),
            **{name.replace("_", "-"): text for name, text in headers.items()},
        }
        self.connection: ClientConnection = connect(
            address(server, path), additional_headers=more, close_timeout=1, open_timeout=60
        )

    def __enter__(self) -> "Socket":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def send(self, message: Any) -> None:
        self.connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    def subscribe(self, *batch_ids: str) -> None:
        for batch_id in batch_ids:
            self.send({"action": "subscribe", "batch_id": batch_id})

    def next(self, seconds: float = 60.0) -> dict[str, Any]:
        return dict(json.loads(self.connection.recv(timeout=seconds)))

    def until(self, status: str) -> list[dict[str, Any]]:
        """What is told up to this status."""
        told = [self.next()]
        while told[-1]["status"] != status:
            told.append(self.next())
        return told

    def is_quiet(self) -> bool:
        """Nothing comes for a while, and the socket is open."""
        try:
            self.connection.recv(timeout=QUIET_SECONDS)
        except TimeoutError:
            return True
        return False


def address(server: str, path: str = PATH) -> str:
    return server.replace("http://", "ws://") + path


def secret_of(name: str, *roles: Role) -> str:
    """A key of the user of that name."""
    return keys.create(name=name, owner=user(name), roles=roles).secret


def user(name: str) -> User:
    return User.objects.get_or_create(username=name)[0]


def submitted(items: int = 2, *, owner: str | None = "ann", timeout_ms: int = 300_000) -> InferenceBatch:
    """A batch that waits for a worker."""
    return services.submit(
        items=[{"input": [1, 2, 3, 4]}] * items,
        priority="normal",
        timeout_ms=timeout_ms,
        owner=user(owner) if owner else None,
    )


def begin(batch: InferenceBatch) -> None:
    """As a worker that takes its first items."""
    params = [[batch.pk], [1], [batch.model_version_id]]
    sql.execute("SELECT processor.begin_parts(%s::bigint[], %s::int[], %s::int[])", params)


def record(batch: InferenceBatch, number: int = 1, *, items: int = PART, failed: int = 0) -> None:
    """As a worker that has the results of a part."""
    error = "it broke" if failed else None
    sql.execute(RECORD, [None, [batch.pk], [number], [items], [failed], [1.5], ["[]"], [error]])


def end(batch: InferenceBatch, *, failed: int = 0) -> None:
    """Begin it and record all of its parts."""
    begin(batch)
    for number in range(1, -(-batch.total // PART) + 1):
        size = min(PART, batch.total - (number - 1) * PART)
        record(batch, number, items=size, failed=min(failed, size))
