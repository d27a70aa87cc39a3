"""`manage.py serve`: where it listens, what it refuses, and that nothing of it is left."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from project import serving
from tests import servers

ROOT = Path(__file__).resolve().parents[1]
PORT = 18300


@contextmanager
def served(*options: str, **variables: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running server and its address."""
    command = [sys.executable, "manage.py", "serve", "--port", str(PORT), *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **variables}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = process.stdout.readline()
            yield process, re.search(r"http://\S+", said).group()
        finally:
            process.terminate()
            process.wait(60)


def answer(url: str) -> httpx.Response:
    with httpx.Client(transport=httpx.HTTPTransport(retries=5), timeout=30) as client:
        return client.get(url)


def assert_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=30)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


def test_it_answers_with_workers_beside_it_and_ends_them(database):
    with served("--slots", "1") as (process, address):
        assert answer(f"{address}/health").json()["status"] == "healthy"
        children = psutil.Process(process.pid).children(recursive=True)
        assert any("run_workers" in part for child in children for part in child.cmdline())
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert_gone(children)


def test_without_workers_it_has_no_children(database):
    with served("--no-workers") as (process, address):
        assert answer(f"{address}/health").status_code == 200
        assert psutil.Process(process.pid).children() == []
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def test_several_processes_answer_on_one_port(database):
    with served("--no-workers", "--processes", "2") as (process, address):
        assert answer(f"{address}/health").status_code == 200
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 2
    assert_gone(children)


def test_a_taken_port_gives_the_next_one():
    with closing(serving.listen("127.0.0.1", PORT + 50)) as first:
        with closing(serving.listen("127.0.0.1", PORT + 50)) as second:
            assert second.getsockname()[1] > first.getsockname()[1]
        with pytest.raises(serving.PortTaken, match=f"port {first.getsockname()[1]}: Address already in use"):
            serving.listen("127.0.0.1", first.getsockname()[1], exactly=True)


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "localhost")])  # noqa: S104
def test_the_address_is_one_that_a_browser_takes(host, shown):
    with closing(serving.listen(host, PORT + 60)) as listener:
        assert serving.address(listener) == f"http://{shown}:{listener.getsockname()[1]}"


def refused(**variables: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", "--no-workers", "--port", str(PORT + 80)],
        cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    return done.stderr


def test_a_database_without_tables_is_refused():
    with servers.fresh_database(servers.with_database(os.environ["DATABASE_URL"], "unmigrated")) as url:
        assert "migrations are not applied: run manage.py migrate" in refused(DATABASE_URL=url)


def test_a_database_that_is_not_there_is_named():
    assert "database" in refused(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", DATABASE_POOL_TIMEOUT="1").lower()


def test_production_without_static_files_is_refused(database, tmp_path):
    production = {"API_ENV": "production", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "localhost"}
    assert "run manage.py collectstatic" in refused(**production, STATIC_ROOT=str(tmp_path))
