"""The Python client against a server that answers what a proxy, a fault or a mistake makes of it."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx
import pytest

from tests.distributed.fake_server import PAGE, Server, answer, jobs, reported, served
from tests.workers.hands import wait_for
from tests.workers.web import reply
from workers.client import Job, Permanent, RemoteWorker
from workers.client.calls import Calls, Refusal


@pytest.fixture
def fake() -> Iterator[Server]:
    with served() as server:
        yield server


@pytest.fixture
def start(fake: Server) -> Iterator[Callable[..., RemoteWorker]]:
    made: list[RemoteWorker] = []

    def one(work: Callable[[Job], Any], **options: Any) -> RemoteWorker:
        worker = RemoteWorker(fake.web.url, "w", **{"heartbeat_seconds": 30, "wait_seconds": 0, **options})
        worker.handler("remote")(work)
        worker.start()
        made.append(worker)
        return worker

    yield one
    for worker in made:
        worker.stop(1)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, 1),
        ("7", 7),
        ("0.5", 0.5),
        ("soon", 1),
        ("nan", 1),
        ("inf", 1),
        ("-3", 0),
        ("86400", 60),
        ("Thu, 01 Jan 2015 00:00:00 GMT", 0),
        ("Thu, 01 Jan 2015 00:00:00", 1),
        (format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True), 60),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_a_second(said, seconds):
    response = httpx.Response(503, headers={} if said is None else {"Retry-After": said}, text="busy")
    assert Refusal(response).retry_after == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 520])
def test_what_may_succeed_later_is_passing(status):
    assert Refusal(httpx.Response(status)).passing


@pytest.mark.parametrize("status", [302, 400, 401, 404, 409, 413, 415])
def test_what_will_not_is_not(status):
    assert not Refusal(httpx.Response(status)).passing


@pytest.mark.parametrize("page", [PAGE, answer([]), reply(200, b"\xff", content_type="application/json")])
def test_a_success_that_is_no_object_is_a_refusal_that_passes(fake, page):
    fake.replies["claim"] = [page]
    calls = Calls(fake.web.url, "w")
    with pytest.raises(Refusal) as refused:
        calls.claim(1, 0)
    assert refused.value.passing
    calls.close()


def test_a_refusal_whose_body_is_odd_is_a_refusal(fake):
    fake.replies["claim"] = [answer({"error": 5, "details": "none"}, 400)]
    calls = Calls(fake.web.url, "w")
    with pytest.raises(Refusal, match="400 5"):
        calls.claim(1, 0)
    calls.close()


@pytest.mark.parametrize(
    "odd",
    [
        answer({}, 503, retry_after="Thu, 01 Jan 2015 00:00:00 GMT"),
        PAGE,
        answer({"success": True}),
        answer({"jobs": [{"jobId": 9}]}),
        reply(200, b"x", content_type="application/json", content_encoding="gzip"),
    ],
)
def test_claims_and_heartbeats_go_on_after_any_answer(fake, start, odd):
    held = answer({"claims": [{"claim": n, "jobs": [n]} for n in (1, 2)]})
    fake.replies |= {"heartbeat": [odd], "extend": [odd, *[held] * 100]}
    fake.replies["claim"] = [jobs(1, 1, claim=1), odd, jobs(2, 1, claim=2)]

    def work(job: Job) -> str:
        if job.id == "2":
            wait_for(lambda: len(fake.asked("extend")) > 1, "the claim to be extended")
        return job.id

    start(work, slots=2, heartbeat_seconds=1)
    wait_for(lambda: len(reported(fake, "complete", "output")) == 2, "both results")


def test_an_output_that_cannot_be_sent_fails_its_job_alone(fake, start):
    fake.replies["claim"] = [jobs(1, 3, claim=1)]
    start(lambda job: "a\udcff" if job.id == "2" else job.id, slots=3)
    wait_for(lambda: len(reported(fake, "complete", "output")) == 2, "the other results")
    wait_for(lambda: reported(fake, "fail", "permanent") == {2: True}, "the failure")
    assert "not JSON" in reported(fake, "fail", "error")[2]


@pytest.mark.parametrize("error", [ValueError, Permanent])
def test_an_error_that_cannot_be_sent_is_sent_as_well_as_it_can(fake, start, error):
    fake.replies["claim"] = [jobs(1, 1, claim=1)]

    def work(job: Job) -> None:
        raise error("no file bad\udcff\0name")

    start(work)
    wait_for(lambda: 1 in reported(fake, "fail", "error"), "the failure")
    assert reported(fake, "fail", "error")[1].endswith("no file bad?name")


def test_the_reporter_outlives_a_report_that_it_cannot_send(fake, start, monkeypatch):
    complete = Calls.complete

    def odd(self: Calls, results: Any) -> None:
        if any(one["output"] == "odd" for one in results):
            raise ZeroDivisionError("odd")
        complete(self, results)

    monkeypatch.setattr(Calls, "complete", odd)
    fake.replies["claim"] = [jobs(1, 3, claim=1)]
    start(lambda job: "odd" if job.id == "2" else job.id, slots=3)
    wait_for(lambda: len(reported(fake, "complete", "output")) == 2, "the other results")
    wait_for(lambda: reported(fake, "fail", "permanent") == {2: True}, "the failure")
    fake.replies["claim"] = [jobs(4, 1, claim=2)]
    wait_for(lambda: 4 in reported(fake, "complete", "output"), "a result after it")


def test_a_result_that_met_a_fault_is_sent_again(fake, start):
    fake.replies |= {"claim": [jobs(1, 2, claim=1)], "complete": [answer({}, 500)] * 3}
    start(lambda job: job.id, slots=2)
    wait_for(lambda: len(fake.asked("complete")) > 3, "the results again")
    time.sleep(0.2)
    assert reported(fake, "complete", "output") == {1: "1", 2: "2"}
    assert fake.asked("fail") == []


def test_a_result_that_meets_a_fault_each_time_stops_no_other_and_is_dropped_with_its_lease(fake, start, caplog):
    fake.replies["claim"] = [jobs(1, 3, claim=1)]

    def complete(to: BaseHTTPRequestHandler) -> None:
        body = fake.asked("complete")[-1]
        answer({}, 500 if any(one["jobId"] == 2 for one in body["results"]) else 200)(to)

    fake.replies["complete"] = [complete] * 1000
    start(lambda job: job.id, slots=3, heartbeat_seconds=1)
    wait_for(lambda: any(len(body["results"]) == 1 for body in fake.asked("complete")), "single results")
    wait_for(lambda: "lease is over" in caplog.text, "the end of the lease")
    alone = [body["results"][0]["jobId"] for body in fake.asked("complete") if len(body["results"]) == 1]
    assert {1, 3} <= set(alone) | {2}
    assert fake.asked("fail") == []


@pytest.mark.parametrize("status", [400, 413, 415])
def test_a_result_that_is_refused_for_what_it_is_fails_its_job(fake, start, status):
    fake.replies |= {"claim": [jobs(1, 1, claim=1)], "complete": [answer({}, status)]}
    start(lambda job: job.id)
    wait_for(lambda: reported(fake, "fail", "permanent") == {1: True}, "the failure")


def test_exit_in_a_handler_fails_the_attempt(fake, start):
    fake.replies["claim"] = [jobs(1, 1, claim=1)]
    worker = start(lambda _: sys.exit(3))
    wait_for(lambda: reported(fake, "fail", "error") == {1: "SystemExit: 3"}, "the failure")
    assert reported(fake, "fail", "permanent") == {1: False}
    assert worker.running == 0


def test_an_error_that_cannot_be_said_frees_its_slot(fake, start):
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError("mute")

    def work(job: Job) -> None:
        raise Mute

    fake.replies["claim"] = [jobs(1, 1, claim=1)]
    worker = start(work)
    wait_for(lambda: 1 in reported(fake, "fail", "error"), "the failure")
    assert worker.running == 0


def test_no_thread_of_it_keeps_the_program_from_ending(fake, start):
    before, stuck = set(threading.enumerate()), threading.Event()
    fake.replies["claim"] = [jobs(1, 1, claim=1)]
    worker = start(lambda _: stuck.wait(120))
    wait_for(lambda: worker.running == 1, "the handler to begin")
    ours = [thread for thread in set(threading.enumerate()) - before if "process_request" not in thread.name]
    assert len(ours) >= 4
    assert [thread for thread in ours if not thread.daemon] == []
    stuck.set()


def test_a_worker_of_many_slots_keeps_to_what_a_call_may_hold(fake, start, monkeypatch):
    fake.replies["claim"] = [*(jobs(n, 1, claim=n) for n in range(1, 1002)), PAGE]
    fake.replies["extend"] = [answer({"claims": [{"claim": n, "jobs": [n]} for n in range(1, 1002)]})] * 1000
    stuck = threading.Event()
    worker = start(lambda _: stuck.wait(300), slots=3000, heartbeat_seconds=3)
    wait_for(lambda: worker.running == 1001, "all to run")
    wait_for(lambda: len(fake.asked("extend")) > 2, "the claims to be extended")
    assert max(body["slots"] for body in fake.asked("claim")) == 1000
    assert max(len(body["claims"]) for body in fake.asked("extend")) <= 1000
    assert [body for body in fake.asked("release") if len(body.get("keep", ())) > 1000] == []
    assert worker.running == 1001
    stuck.set()


def test_jobs_that_get_no_thread_are_given_back(fake, start, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    begin = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "job 1":
            raise RuntimeError("can't start new thread")
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    fake.replies["claim"] = [jobs(1, 2, claim=1)]
    worker = start(lambda job: job.id, slots=2)
    wait_for(lambda: reported(fake, "complete", "output") == {2: "2"}, "the other result")
    wait_for(lambda: any(body.get("jobs") for body in fake.asked("release")), "the job to go back")
    assert worker.running == 0
