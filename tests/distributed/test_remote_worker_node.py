"""The remote worker of docs/examples/worker.ts: typed strictly, and run by Node against a running server."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from project.access.roles import Role
from tests.distributed import nodejs
from tests.distributed.fake_server import PAGE, Server, answer, jobs, reported, served
from tests.distributed.remote import secret_of
from tests.distributed.test_remote_worker import ended, outputs
from tests.servers import ROOT
from tests.workers.hands import wait_for
from workers.models import FinishedJob, JobAttempt, Worker
from workers.services import JobSpec, cancel, submit

EXAMPLE = ROOT / "docs" / "examples" / "worker.ts"
DRIVER = nodejs.HERE / "driver.ts"

Start = Callable[[str], subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def driver(tmp_path_factory) -> Path:
    return nodejs.transpiled(tmp_path_factory.mktemp("worker"), EXAMPLE, DRIVER) / "driver.mjs"


@pytest.fixture
def fake() -> Iterator[Server]:
    with served() as server:
        yield server


@pytest.fixture
def start(server: str, driver: Path) -> Iterator[Start]:
    key = secret_of("worker", Role.WORKER)
    running: list[subprocess.Popen[bytes]] = []

    def one(name: str = "node-1", url: str = server, slots: int = 2) -> subprocess.Popen[bytes]:
        running.append(subprocess.Popen(["node", driver, url, key, name, str(slots)]))
        return running[-1]

    yield one
    for process in running:
        process.kill()
        process.wait()


def job(key: str, *parents: str, **config: Any) -> JobSpec:
    return JobSpec(key=key, type="remote", payload=config, depends_on=parents, backoff_seconds=0)


def test_it_passes_the_strict_type_check_and_newer_versions_of_node_run_it_as_it_is():
    assert nodejs.checked(EXAMPLE) == ""


def test_it_needs_nothing_but_node():
    imports = [line for line in EXAMPLE.read_text().splitlines() if line.startswith("import")]
    assert imports == ['import { hostname } from "node:os";']


def test_a_graph_runs_with_parents_retries_and_checkpoints(start):
    execution = submit(workflow="test", jobs=[job("a"), job("b", "a", flaky=True), job("c", "a", "b")])
    start()
    assert ended(execution) == "completed"
    first = {"by": "node-1", "parents": {}, "checkpoint": None, "lastError": None}
    second = {"by": "node-1", "parents": {"a": first}, "checkpoint": {"done": 7}, "lastError": "not yet"}
    assert outputs()["b"] == second
    assert outputs()["c"]["parents"] == {"a": first, "b": second}


def test_it_registers_beats_and_deregisters(start):
    process = start()
    wait_for(lambda: Worker.objects.filter(current_load=0).exists(), "a heartbeat")
    worker = Worker.objects.get()
    assert (worker.name, worker.slots, worker.types, worker.metadata) == ("node-1", 2, ["remote"], {"memoryGB": 8})
    process.terminate()
    assert process.wait(60) == 0
    worker.refresh_from_db()
    assert worker.stop_reason == "deregistered"


def test_a_permanent_failure_is_not_tried_again(start):
    execution = submit(workflow="test", jobs=[job("a", hopeless=True)])
    start()
    assert ended(execution) == "failed"
    assert FinishedJob.objects.get().error == "hopeless"


def test_a_timeout_fails_the_attempt(start):
    spec = JobSpec(key="a", type="remote", payload={"seconds": 600}, timeout_seconds=0.3, max_attempts=1)
    execution = submit(workflow="test", jobs=[spec])
    start()
    assert ended(execution) == "failed"
    assert FinishedJob.objects.get().error == "timed out after 0.3 s"


def test_a_job_longer_than_its_lease_is_kept(start):
    execution = submit(workflow="test", jobs=[job("a", seconds=7)])
    start()
    assert ended(execution) == "completed"
    assert not JobAttempt.objects.exists()


def test_cancelling_frees_its_slots(start, tmp_path):
    notes = tmp_path / "notes"
    notes.touch()
    long = submit(workflow="test", jobs=[job(str(n), seconds=600, notes=str(notes)) for n in range(2)])
    start()
    wait_for(lambda: len(notes.read_text().splitlines()) == 2, "both jobs to begin")
    cancel(execution_id=long.pk, reason="enough")
    assert ended(submit(workflow="test", jobs=[job("short")])) == "completed"


def test_sigterm_gives_back_what_is_unfinished_and_uncounted(start, tmp_path):
    notes = tmp_path / "notes"
    notes.touch()
    submit(workflow="test", jobs=[job("a", seconds=600, notes=str(notes))])
    process = start()
    wait_for(lambda: notes.read_text() != "", "the job to begin")
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert not JobAttempt.objects.exists()
    assert not FinishedJob.objects.exists()


def test_one_that_slept_past_its_lease_does_no_harm_and_goes_on(start, tmp_path):
    notes = tmp_path / "notes"
    notes.touch()
    execution = submit(workflow="test", jobs=[job("a", seconds=1, notes=str(notes))])
    sleeper = start("sleeper")
    wait_for(lambda: notes.read_text() != "", "the job to begin")
    sleeper.send_signal(signal.SIGSTOP)
    other = start("other")
    assert ended(execution) == "completed"
    other.terminate()
    other.wait(60)
    sleeper.send_signal(signal.SIGCONT)
    assert ended(submit(workflow="test", jobs=[job("b")])) == "completed"
    assert {key: output["by"] for key, output in outputs().items()} == {"a": "other", "b": "sleeper"}


@pytest.mark.parametrize(
    "odd",
    [
        answer({}, 503, retry_after="Thu, 01 Jan 2015 00:00:00 GMT"),
        answer({}, 503, retry_after="soon"),
        PAGE,
        answer(None),
        answer({}, 500),
    ],
)
def test_it_goes_on_after_any_answer_and_loses_no_result(fake, start, odd):
    fake.replies |= {"heartbeat": [odd], "complete": [odd]}
    fake.replies["claim"] = [jobs(1, 1, claim=1), odd, jobs(2, 1, claim=2)]
    began = time.monotonic()
    start(url=f"{fake.web.url}/", slots=2)  # with a slash at the end
    wait_for(lambda: {1, 2} <= set(reported(fake, "complete", "output")), "both results")
    wait_for(lambda: sum(len(body["results"]) for body in fake.asked("complete")) > 2, "the first again")
    assert fake.asked("fail") == []
    assert len(fake.asked("claim")) < 200 + 100 * (time.monotonic() - began)


def test_many_slots_keep_to_what_a_call_may_hold(fake, start):
    fake.replies["claim"] = [*(jobs(n, 1, claim=n, seconds=600) for n in range(1, 1002))]
    held = answer({"claims": [{"claim": n, "jobs": [n]} for n in range(1, 1002)]})
    fake.replies["extend"] = [held] * 1000
    start(url=fake.web.url, slots=3000)
    wait_for(lambda: any(body["claims"][-1] == 1001 for body in fake.asked("extend")), "all to be extended")
    assert max(body["slots"] for body in fake.asked("claim")) == 1000
    assert max(len(body["claims"]) for body in fake.asked("extend")) <= 1000


@pytest.mark.parametrize(("config", "named"), [({"odd": True}, "not JSON"), ({"broken": True}, "a?")])
def test_what_cannot_be_sent_fails_its_job(fake, start, config, named):
    fake.replies["claim"] = [jobs(1, 1, claim=1, **config)]
    start(url=fake.web.url)
    wait_for(lambda: 1 in reported(fake, "fail", "error"), "the failure")
    assert named in reported(fake, "fail", "error")[1]


@pytest.mark.parametrize("said", ["Fri, 01 Jan 2100 00:00:00 GMT", "soon", "1e12"])
def test_it_waits_whatever_retry_after_says(fake, start, said):
    fake.replies["claim"] = [answer({}, 503, retry_after=said)] * 10_000
    start(url=fake.web.url)
    wait_for(lambda: fake.asked("claim"), "the first claim")
    began = time.monotonic()
    time.sleep(0.7)
    assert len(fake.asked("claim")) < 4 + (time.monotonic() - began)  # one a second at most
