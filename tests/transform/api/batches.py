"""Batches as tests send them, and how they wait for them."""

import threading
import time
from typing import Any

from rest_framework.test import APIClient

from batches.transform.models import Pipeline, PipelineVersion

PATH = "/api/v1/transform/batch"
ITEM = {"ts": "2024-01-01T00:00:00Z", "amt": "100.50", "email": "user@example.com", "phone": "555-0123"}
RESULT = {
    "timestamp": "2024-01-01T00:00:00Z",
    "amount": 100.50,
    "email": "u***r@example.com",
    "phone": "***-0123",
}
SEED = {"data": [ITEM], "batch_size": 100, "parallel": True}
BAD = {**ITEM, "amt": "a hundred"}
LATER = {"HTTP_PREFER": "respond-async"}
WAIT_SECONDS = 300.0


def send(client: APIClient, items: list[Any], later: bool = False, key: str | None = None, **options: Any):
    """A POST of these items; `later` asks for an answer at once."""
    headers = LATER if later else {}
    if key is not None:
        headers = {**headers, "HTTP_IDEMPOTENCY_KEY": key}
    return client.post(PATH, {"data": items, **options}, format="json", **headers)


def queued(client: APIClient, items: list[Any], **options: Any) -> str:
    """The id of a batch that the engine has."""
    response = send(client, items, later=True, **options)
    assert response.status_code == 202, response.content
    return response.json()["batch_id"]


def status(client: APIClient, batch_id: str) -> dict[str, Any]:
    response = client.get(f"{PATH}/{batch_id}")
    assert response.status_code == 200, response.content
    return response.json()


def ended(client: APIClient, batch_id: str) -> dict[str, Any]:
    """The status of the batch once it has ended."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        found = status(client, batch_id)
        if found["status"] not in {"queued", "processing"}:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def all_results(client: APIClient, batch_id: str, limit: int = 1000) -> list[Any]:
    """Page by page."""
    found: list[Any] = []
    cursor = ""
    while cursor is not None:
        page = client.get(f"{PATH}/{batch_id}/results", {"limit": limit, **({"cursor": cursor} if cursor else {})})
        assert page.status_code == 200, page.content
        assert len(page.json()["results"]) <= limit
        found += page.json()["results"]
        cursor = page.json()["next"]
    return found


def numbered(count: int) -> list[dict[str, Any]]:
    """Items that can be told apart."""
    return [{**ITEM, "amt": str(number)} for number in range(count)]


def pipeline(name: str, *steps: dict[str, Any]) -> PipelineVersion:
    """A pipeline with a version in use."""
    made = Pipeline.objects.create(name=name)
    return PipelineVersion.objects.create(pipeline=made, number=1, steps=list(steps), active=True)


class Gate:
    """Stands in for a compiled pipeline: waits in the middle of its work, as a slow one would."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.opened = threading.Event()

    def run(self, items: list[Any], **_: Any) -> Any:
        from batches.transform.pipeline import Outcome

        self.entered.release()
        assert self.opened.wait(WAIT_SECONDS)
        return Outcome(results=items, filtered=0, errors=[])
