"""A claim that waits: over a real server, since that is who waits."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.db import connections

from project.access.roles import Role
from project.postgres import sql
from tests.distributed.remote import WORKERS, secret_of, some_jobs
from tests.workers.hands import wait_for
from workers.api import claims
from workers.api.long_poll import LATER, Answer, Later, LongPolls
from workers.models import JobAttempt, Lease
from workers.queries.workers import registration
from workers.services import JobSpec, cancel, submit

EARLY = 25  # of the thirty seconds that a claim may wait
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tutup-lobby'"


@pytest.fixture
def api(server: str) -> Iterator[httpx.Client]:
    """A worker's line to the running server."""
    key = secret_of("worker", Role.WORKER)
    with httpx.Client(base_url=server + WORKERS, headers={"X-API-Key": key}, timeout=120) as client:
        yield client


def registered(api: httpx.Client, name: str, **about: Any) -> str:
    answer = api.post("/register", json={"workerId": name, "hostname": "h", "maxConcurrency": 1, **about})
    assert answer.status_code == 200, answer.text
    return name


def claim(api: httpx.Client, name: str, wait: float, slots: int = 1) -> tuple[list[dict[str, Any]], float]:
    """The jobs, and how long it took."""
    began = time.monotonic()
    answer = api.post(f"/{name}/claim", json={"slots": slots, "waitSeconds": wait})
    assert answer.status_code == 200, answer.text
    return answer.json()["jobs"], time.monotonic() - began


def claimed(api: httpx.Client, name: str) -> list[dict[str, Any]]:
    """The first jobs, in two minutes at most."""
    for _ in range(4):
        if jobs := claim(api, name, 30)[0]:
            return jobs
    raise AssertionError(f"{name} gets no job")


def waiting(seconds: float = 0.3) -> None:
    """Until somebody listens for the request, and has looked once more."""
    wait_for(lambda: sql.value(WAITING) == 1, "the session that listens")
    time.sleep(seconds)


def beside(work: Any, *args: Any, **options: Any) -> Any:
    """Its result, later."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(work, *args, **options)
    pool.shutdown(wait=False)
    return future


@pytest.fixture
def no_backstop(monkeypatch) -> None:
    """Nobody looks again in between: who finds a job was notified of it."""
    from project.asgi import polls

    async def nothing(_: object) -> None:
        pass

    monkeypatch.setattr(polls._lobby._listener, "_look", nothing)


@pytest.mark.usefixtures("no_backstop")
def test_the_answer_comes_as_soon_as_there_is_a_job(api):
    worker = registered(api, "w")
    found = beside(claim, api, worker, 30)
    waiting()
    some_jobs()
    jobs, _ = found.result()
    assert [job["id"] for job in jobs] == ["1"]


def test_what_is_there_is_given_at_once(api):
    some_jobs()
    jobs, seconds = claim(api, registered(api, "w"), 30)
    assert len(jobs) == 1
    assert seconds < EARLY


def test_without_a_job_the_answer_is_empty_after_the_time(api):
    jobs, seconds = claim(api, registered(api, "w"), 1.2)
    assert jobs == []
    assert seconds >= 1.2


def test_a_job_that_becomes_due_is_found_without_a_notification(api):
    from datetime import timedelta

    from django.utils import timezone

    found = beside(claim, api, registered(api, "w"), 30)
    waiting()
    some_jobs(1, run_at=timezone.now() + timedelta(seconds=1))
    jobs, seconds = found.result()
    assert len(jobs) == 1
    assert 1 < seconds < EARLY


def test_of_several_that_wait_each_gets_a_job(api):
    names = [registered(api, f"w{number}") for number in range(12)]
    with ThreadPoolExecutor(12) as pool:
        found = [pool.submit(claimed, api, name) for name in names]
        waiting()
        some_jobs(12)
        keys = sorted(int(job["id"]) for one in found for job in one.result())
    assert keys == list(range(1, 13))


def test_who_waits_for_something_else_does_not_stand_in_the_way(api):
    other = [registered(api, f"other-{number}", capabilities=["cpu"]) for number in range(3)]
    able = registered(api, "able", capabilities=["cpu", "gpu"])
    with ThreadPoolExecutor(4) as pool:
        others = [pool.submit(claim, api, name, 3) for name in other]
        time.sleep(0.2)
        found = pool.submit(claim, api, able, 30)
        waiting()
        some_jobs(1, requires=("gpu",))
        jobs, seconds = found.result()
        assert len(jobs) == 1
        assert seconds < EARLY
        assert [one.result()[0] for one in others] == [[], [], []]


def test_waiting_holds_no_thread_and_no_connection(api):
    from project.asgi import handler, polls

    names = [registered(api, f"w{number}", capabilities=[f"own-{number}"]) for number in range(40)]
    with ThreadPoolExecutor(40) as pool:
        found = [pool.submit(claimed, api, name) for name in names]
        wait_for(lambda: sum(map(len, polls._lobby._groups.values())) == 40, "all to wait")
        assert handler.busy == 0
        assert httpx.get(str(api.base_url).replace(f"{WORKERS}/", "/health")).status_code == 200
        assert sql.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") < 40
        for number in range(40):
            some_jobs(1, requires=(f"own-{number}",))
        assert [len(one.result()) for one in found] == [1] * 40


def test_a_client_that_leaves_takes_no_job_along(api):
    worker = registered(api, "w")
    with pytest.raises(httpx.ReadTimeout):
        api.post(f"/{worker}/claim", json={"waitSeconds": 30}, timeout=httpx.Timeout(60, read=0.5))
    some_jobs()
    # long before the lease of who took it along would be over; the try that it may have begun gives it back
    wait_for(lambda: len(claim(api, worker, 0)[0]) == 1, "the job", 30)
    assert not JobAttempt.objects.exists()


def test_a_worker_that_is_deregistered_while_it_waits_is_told(api):
    worker = registered(api, "w")
    found = beside(api.post, f"/{worker}/claim", json={"waitSeconds": 30})
    waiting()
    api.delete(f"/{worker}")
    answer = found.result()
    assert (answer.status_code, answer.json()["error"]) == (404, "WORKER_NOT_REGISTERED")
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


def broken(*_: Any) -> Any:
    raise RuntimeError("the parents' outputs can't be read")


def test_a_claim_whose_answer_fails_gives_the_jobs_back(api, monkeypatch):
    worker = registered(api, "w")
    monkeypatch.setattr(claims, "outputs_of_parents", broken)
    some_jobs()
    assert api.post(f"/{worker}/claim", json={"waitSeconds": 0}).status_code == 500
    assert not Lease.objects.exists()
    monkeypatch.undo()
    assert [job["attempt"] for job in claim(api, worker, 0)[0]] == [1]


def test_a_waiting_claim_whose_answer_fails_gives_the_jobs_back(api, monkeypatch):
    worker = registered(api, "w")
    found = beside(api.post, f"/{worker}/claim", json={"waitSeconds": 30})
    waiting()
    monkeypatch.setattr(claims, "outputs_of_parents", broken)
    some_jobs()
    assert (found.result().status_code, found.result().json()["error"]) == (500, "INTERNAL_SERVER_ERROR")
    assert not Lease.objects.exists()


def test_what_was_taken_away_meanwhile_need_not_be_given_back(api):
    worker = registration(registered(api, "w"))
    assert worker is not None
    some_jobs()
    answer = claims.attempt(worker, 1)
    assert answer is not None
    sql.execute("DELETE FROM lease")
    answer.undo()


class Stopping:
    """A long poll over an application that has nothing yet; the server stops while a try is in its thread."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.undone = 0
        self.sent: list[Any] = []

    def attempt(self) -> Answer:
        self.begun.set()
        self.go_on.wait(60)
        return Answer(status=200, body=b"jobs", undo=self.undo)

    def undo(self) -> None:
        time.sleep(0.05)
        self.undone += 1

    async def application(self, scope: Any, receive: Any, send: Any) -> None:
        scope[LATER] = Later(attempt=self.attempt, seconds=20, worker_id=1, serves="", queues=["*"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"nothing"})

    async def receive(self) -> Any:
        await asyncio.Event().wait()

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    async def run(self) -> None:
        call = asyncio.create_task(LongPolls(self.application)({}, self.receive, self.send))
        await asyncio.to_thread(self.begun.wait, 60)
        for _ in range(3):
            call.cancel()
            await asyncio.sleep(0.02)
        self.go_on.set()
        call.cancel()
        await call


def test_what_a_try_finds_while_the_server_stops_is_given_back():
    stopping = Stopping()
    asyncio.run(stopping.run())
    assert stopping.undone == 1
    assert stopping.sent[-1]["body"] == b"nothing"
    connections.close_all()


def test_the_session_that_listens_may_break(api):
    found = beside(claim, api, registered(api, "w"), 30)
    waiting()
    sql.value("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'tutup-lobby'")
    some_jobs()
    jobs, seconds = found.result()
    assert len(jobs) == 1
    assert seconds < EARLY


def test_nobody_listens_when_nobody_waits(api):
    found = beside(claim, api, registered(api, "w"), 5)
    waiting()
    assert found.result()[0] == []
    wait_for(lambda: sql.value(WAITING) == 0, "the end of the session that listens")


def test_jobs_of_the_lost_are_taken_back_while_others_wait(api):
    some_jobs()
    claim(api, registered(api, "lost", heartbeatSeconds=0.5), 0)
    jobs, seconds = claim(api, registered(api, "w"), 30)
    assert len(jobs) == 1
    assert seconds < EARLY
    connections.close_all()


def test_dependents_wake_those_that_wait(api):
    jobs = [JobSpec(key="a", type="remote"), JobSpec(key="b", type="remote", depends_on=("a",))]
    execution = submit(workflow="test", jobs=jobs)
    first, second = registered(api, "first"), registered(api, "second")
    (parent,), _ = claim(api, first, 0)
    found = beside(claim, api, second, 30)
    waiting()
    api.post(f"/{first}/complete", json={"results": [{"jobId": parent["jobId"], "claim": parent["claim"]}]})
    assert [job["id"] for job in found.result()[0]] == ["b"]
    cancel(execution_id=execution.pk, reason="enough")
