"""PostgreSQL restarts under a server and its workers: submissions are told when to come again, and then all goes on."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from project.postgres.embedded import EmbeddedServer
from tests import servers
from tests.test_serve import served
from tests.workers.hands import wait_for
from tests.workers.processes import MANAGE

API = "/api/batch-processor"
KEY = "a key of this test alone"
BODY = {"data": [{"input": [1, 2, 3]}] * 250, "timeout_ms": 300_000}


@pytest.fixture(scope="module")
def postgres() -> Iterator[tuple[EmbeddedServer, dict[str, str]]]:
    """A server of its own with a migrated database and the sample model, and the environment that leads to it."""
    folder = servers.ROOT / ".tests"
    folder.mkdir(exist_ok=True)
    server = EmbeddedServer(Path(tempfile.mkdtemp(prefix="processor-", dir=folder)))
    try:
        server.start()
        variables = {
            "DATABASE_URL": server.ensure_database("tutup"),
            "API_KEYS": f"test:integrator:{KEY}",
            "DATABASE_POOL_TIMEOUT": "1",
            "API_RATE_PER_MINUTE": "0",
        }
        for command in (["migrate", "-v0"], ["register_model", "--sample"]):
            subprocess.run([*MANAGE, *command], env={**os.environ, **variables}, check=True, timeout=120)
        yield server, variables
    finally:
        server.remove()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_submissions_are_told_to_come_again_and_then_all_goes_on(postgres, how):
    server, variables = postgres
    with served("--slots", "2", **variables) as (_, address), client(address) as http:
        wait_for(lambda: http.get("/ready").status_code == 200, "the server and its workers", 60)
        before = [http.post(f"{API}/submit", json=BODY).json()["batch_id"] for _ in range(5)]
        server._process.send_signal(how)
        server._process.wait(30)
        refused = http.post(f"{API}/submit", json=BODY)
        assert (refused.status_code, refused.json()["error"]) == (503, "DATABASE_UNAVAILABLE")
        assert int(refused.headers["Retry-After"]) >= 1
        assert http.get("/health").json()["status"] == "healthy"
        server.start()
        after: list[str] = []
        wait_for(lambda: submits(http, after), "a submission that is taken", 60)
        wait_for(lambda: {status(http, name) for name in before + after} == {"completed"}, "the end of all", 60)
        for name in before + after:
            results = http.get(f"{API}/results/{name}").json()["results"]
            assert [one["request_id"] for one in results] == [f"req_{number}" for number in range(1, 251)]
            assert all(one["output"] for one in results)


def client(address: str) -> httpx.Client:
    return httpx.Client(
        base_url=address, headers={"X-API-Key": KEY}, transport=httpx.HTTPTransport(retries=5), timeout=60
    )


def submits(http: httpx.Client, names: list[str]) -> bool:
    """Adds the name of a new batch; False while there is no database."""
    answer = http.post(f"{API}/submit", json=BODY)
    assert answer.status_code in {200, 503}
    names += [answer.json()["batch_id"]] if answer.status_code == 200 else []
    return bool(names)


def status(http: httpx.Client, name: str) -> str | None:
    answer = http.get(f"{API}/status/{name}")
    assert answer.status_code in {200, 503}
    return answer.json().get("status")
