"""The product's API as a client sees it: one kept connection, JSON in and out."""

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

from batches.ledger.services import periods
from project.access import keys
from project.access.roles import Role

BATCH = "/api/v1/batch"
KEPT_SECONDS = 3.0  # the server closes a connection that is silent for longer


class Api:
    """Requests with a key of a batch administrator. Not for two threads at once."""

    def __init__(self, address: str, secret: str) -> None:
        parts = urlsplit(address)
        assert parts.hostname is not None
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        self._asked = time.monotonic()
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def get(self, path: str) -> dict[str, Any]:
        """The body of a 200."""
        return self.ask("GET", path)

    def initiate(self, month: str, *, batch_type: str, worker_count: int, dry_run: bool = False) -> str:
        """Starts a close; gives the batch's public id."""
        start, end = periods.month(month)
        body = {
            "period_start": start.isoformat(),
            "period_end": end.isoformat(),
            "batch_type": batch_type,
            "worker_count": worker_count,
            "dry_run": dry_run,
        }
        return str(self.ask("POST", f"{BATCH}/month-end/initiate", body)["batch_id"])

    def abort(self, batch_id: str) -> None:
        """Stops a close and rolls it back."""
        self.ask("POST", f"{BATCH}/{batch_id}/abort", {"reason": "benchmark", "rollback": True})

    def close(self) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The body of an answer. Raises RuntimeError with it when the answer is no success."""
        if time.monotonic() - self._asked > KEPT_SECONDS:
            self._connection.close()  # opens by itself again
        self._connection.request(method, path, json.dumps(body) if body else None, self._headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        self._asked = time.monotonic()
        if not 200 <= answer.status < 300:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {text}")
        found: dict[str, Any] = json.loads(text)
        return found


def new_key() -> str:
    """A key that may initiate, abort and read."""
    return keys.create(name="benchmark", owner=keys.service_owner("benchmark"), roles=[Role.BATCH_ADMIN]).secret
