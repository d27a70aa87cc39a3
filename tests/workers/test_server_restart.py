"""Worker processes outlive the database: a crash of the server, a restart, a time without any."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from project.postgres.embedded import EmbeddedServer
from tests import servers
from tests.workers.hands import job, wait_for
from tests.workers.processes import MANAGE, run_workers
from workers.services.encoding import encode


@pytest.fixture(scope="module")
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


def ask(url: str, query: str, *params: object) -> object:
    """The first value, or None while the server can't be reached."""
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            found = connection.execute(query, params).fetchone()
            return found and found[0]
    except psycopg.OperationalError:
        return None


@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGKILL, signal.SIGINT], ids=["immediate", "killed", "fast"])
def test_workers_outlive_a_restart_of_the_server(own_server: tuple[EmbeddedServer, str], how: signal.Signals) -> None:
    server, url = own_server
    jobs = [
        job(str(n), type="sleep", payload={"seconds": 0.05}, max_attempts=10, backoff_seconds=0.1) for n in range(80)
    ]
    with run_workers("--processes", "2", "--slots", "2", database_url=url) as supervisor:
        wait_for(lambda: ask(url, "SELECT count(*) FROM workers.live_workers()") == 2, "two workers")
        before = {child.pid for child in supervisor.children()}
        execution = ask(
            url,
            "SELECT (s.o_execution).id FROM workers.submit('test', %s, %s, NULL, NULL) s",
            *encode(jobs)[:2],
        )
        wait_for(lambda: bool(ask(url, "SELECT completed > 5 FROM execution WHERE id = %s", execution)), "some jobs")
        process = server._process
        process.send_signal(how)
        process.wait(30)
        time.sleep(1.0)  # a while without any server
        server.start()
        done = "SELECT status = 'completed' AND completed = 80 FROM execution WHERE id = %s"
        wait_for(lambda: bool(ask(url, done, execution)), "all jobs", 60)
        assert {child.pid for child in supervisor.children()} == before, "no process died"
        wait_for(lambda: ask(url, "SELECT count(*) FROM workers.live_workers()") == 2, "both workers registered")


def test_workers_may_start_before_the_server(own_server: tuple[EmbeddedServer, str]) -> None:
    server, url = own_server
    server.stop()
    with run_workers("--slots", "1", database_url=url) as supervisor:
        time.sleep(2.0)
        assert supervisor.is_running()
        server.start()
        wait_for(lambda: ask(url, "SELECT count(*) FROM workers.live_workers()") == 1, "the worker")
