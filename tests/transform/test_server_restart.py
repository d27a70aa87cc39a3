"""The database restarts: submissions are told when to come again, and what was taken before is done afterwards."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from project.postgres.embedded import EmbeddedServer
from tests import servers
from tests.test_serve import served
from tests.transform.api.batches import ITEM, PATH, numbered
from tests.workers.hands import wait_for
from tests.workers.processes import MANAGE

ITEMS = 500


@pytest.fixture
def own_server() -> Iterator[tuple[EmbeddedServer, str]]:
    folder = servers.ROOT / ".tests"
    folder.mkdir(exist_ok=True)
    server = EmbeddedServer(Path(tempfile.mkdtemp(prefix="restart-", dir=folder)))
    try:
        server.start()
        url = server.ensure_database("tutup")
        environment = {**os.environ, "DATABASE_URL": url}
        subprocess.run([*MANAGE, "migrate", "-v0"], env=environment, check=True, timeout=120)
        yield server, url
    finally:
        server.remove()


def test_submissions_answer_503_and_then_all_goes_on(own_server):
    server, url = own_server
    # without keys: the owner is the address
    environment = {"DATABASE_URL": url, "REQUIRE_API_KEY": "false", "DATABASE_POOL_TIMEOUT": "1"}
    with (
        served("--slots", "1", **environment) as (_, address),
        httpx.Client(base_url=address, transport=httpx.HTTPTransport(retries=5), timeout=30) as client,
    ):
        body = {"data": numbered(ITEMS), "batch_size": 1}
        before = client.post(PATH, json=body, headers={"Prefer": "respond-async"})
        assert before.status_code == 202
        server.stop()
        response = client.post(PATH, json={"data": [ITEM]})
        assert (response.status_code, response.json()["error"]) == (503, "database_unavailable")
        assert int(response.headers["Retry-After"]) >= 1
        server.start()
        wait_for(lambda: client.post(PATH, json={"data": [ITEM]}).status_code == 200, "submissions", 60)
        place = before.headers["Location"]
        wait_for(lambda: client.get(place).json().get("status") == "completed", "the batch", 90)
        found = client.get(place).json()
        assert (found["processed"], found["failed"]) == (ITEMS, 0)
