"""What a newcomer sees: one command from nothing to a closed month, served, and gone without a trace of processes."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from project.access.roles import Role
from project.postgres.embedded import identity
from project.postgres.embedded.places import choose

ROOT = Path(__file__).resolve().parents[1]
PORT = 18200
START_SECONDS = 300.0


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    place = ROOT / ".tests" / f"demo {os.getpid()}"
    place.mkdir(parents=True)
    yield place
    choose(place / "server", identity.needed()).remove()


@contextmanager
def demo(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict]]:
    """A running demo and its access.json; on an embedded server even when the tests have another one."""
    file = folder / "access.json"
    file.unlink(missing_ok=True) if not file.exists() else os.utime(file, (0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "API_ENV"}}
    command = [sys.executable, "-m", "project.demo", "--folder", folder, "--transactions", "2000", "--port", str(PORT)]
    output = (folder / "output").open("w+")
    with (
        output,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output, text=True) as process,
    ):
        try:
            wait_for(lambda: file.exists() and file.stat().st_mtime > 1, process, folder)
            yield process, json.loads(file.read_text())
        finally:
            process.terminate()
            process.wait(60)


def wait_for(condition, process: subprocess.Popen[str], folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        assert process.poll() is None, (folder / "output").read_text()
        assert time.monotonic() < deadline, (folder / "output").read_text()
        time.sleep(0.05)


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def assert_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=30)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


def test_one_command_closes_a_month_and_serves_it_and_a_second_run_goes_on(folder):
    with demo(folder) as (process, access):
        assert (folder / "access.json").stat().st_mode & 0o777 == 0o600
        assert [login["role"] for login in access["logins"]] == [role.value for role in Role]
        assert "2 missing in the target, 3 missing in the source, 4 different" in (folder / "output").read_text()
        batch = the_curl_line_works(folder, access)
        assert batch["status"] == "COMMITTED"
        a_login_opens_the_console(access)
        processes = family(process)
        assert len(processes) >= 3
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert_gone(processes)
    with demo(folder) as (process, again):
        assert again["api_key"] == access["api_key"]
        assert again["logins"] == access["logins"]
        later = the_curl_line_works(folder, again)
        assert later == batch
        processes = family(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert_gone(processes)


def test_all_of_it_ends_when_the_command_is_killed(folder):
    with demo(folder) as (process, _):
        processes = family(process)
        process.kill()
        process.wait(60)
        assert_gone(processes)


def test_a_second_demo_in_the_same_folder_says_that_one_runs(folder):
    with demo(folder) as (_, _):
        second = subprocess.run(
            [sys.executable, "-m", "project.demo", "--folder", folder],
            cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    assert second.returncode == 3
    assert "The demo runs already" in second.stderr


def the_curl_line_works(folder: Path, access: dict) -> dict:
    lines = (folder / "output").read_text().splitlines()
    pasted = next(line for line in lines if line.startswith("curl "))
    assert access["api_key"] in pasted
    assert access["url"] in pasted
    done = subprocess.run([*shlex.split(pasted), "-sS"], capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def a_login_opens_the_console(access: dict) -> None:
    login = next(one for one in access["logins"] if one["role"] == "batch_admin")
    with httpx.Client(base_url=access["url"], follow_redirects=True) as browser:
        page = browser.get("/admin/login/")
        answer = browser.post(
            "/admin/login/?next=/admin/",
            data={
                "username": login["username"],
                "password": login["password"],
                "csrfmiddlewaretoken": browser.cookies["csrftoken"],
            },
            headers={"Referer": str(page.url)},
        )
    assert answer.status_code == 200
    assert answer.url.path == "/admin/"
