"""Fixtures that run something beside the test: the engine, an HTTP server."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import uvicorn

if TYPE_CHECKING:
    from workers.runtime import Runtime

IDLE_TIMEOUT = 300.0


@pytest.fixture
def workers(database: None) -> "Iterator[Runtime]":
    """An engine runtime with two slots in threads of this process, for as long as the test runs."""
    from workers.runtime import Runtime

    runtime = Runtime(slots=2)
    runtime.start()
    yield runtime
    runtime.stop()


@pytest.fixture
def run_jobs(workers: "Runtime") -> Callable[[], None]:
    """Waits until no execution has work left; fails after five minutes, naming what is left."""
    from project.postgres import sql

    def drain() -> None:
        deadline = time.monotonic() + IDLE_TIMEOUT
        while unfinished := sql.rows("SELECT id, workflow FROM execution WHERE completed_at IS NULL ORDER BY id"):
            assert time.monotonic() < deadline, f"the engine is not idle: {unfinished}"
            time.sleep(0.02)

    return drain


@pytest.fixture(scope="session")
def live_address(baseline: object) -> Iterator[str]:
    from project.asgi import application
    from project.sockets import OPTIONS

    config = uvicorn.Config(application, host="127.0.0.1", port=0, lifespan="off", log_level="warning", **OPTIONS)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="uvicorn")
    thread.start()
    while not server.started:
        assert thread.is_alive(), "uvicorn did not start"
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join(timeout=60)


@pytest.fixture
def server(live_address: str, database: None) -> str:
    """The address of a real uvicorn that serves the product, such as http://127.0.0.1:41234."""
    return live_address
