"""`Prefer: wait`: one call that submits and answers with the results, and one that waits for those of a batch."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
import requests
from django.db import transaction

from batches.processor import services
from batches.processor.models import InferenceBatch
from batches.processor.waiting import application, preference
from batches.processor.websocket import states
from batches.processor.websocket import watch as watching
from project.access.roles import Role
from project.postgres import sql
from project.postgres.listening import Listener
from tests.processor.websocket.sockets import begin, record, secret_of, submitted
from tests.workers.hands import wait_for

SUBMIT, RESULTS = "/api/batch-processor/submit", "/api/batch-processor/results"
BODY = {"data": [{"input": [1, 2, 3]}, {"input": [3, 2, 1]}], "batch_id": "waited-for", "timeout_ms": 60_000}
WRITTEN = '[{"request_id":"req_1","output":[0.5]},{"request_id":"req_2","output":[0.25]}]'
FOLLOWED = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tutup-updates'"

Call = Callable[..., "Future[requests.Response]"]


@pytest.fixture
def key(model: Any) -> str:
    return secret_of("ann", Role.INTEGRATOR)


@pytest.fixture
def call(server: str, key: str) -> Iterator[Call]:
    """Calls in a thread of their own."""
    with ThreadPoolExecutor() as pool:

        def begun(method: str, path: str, prefer: str = "wait=50", secret: str = key, **options: Any) -> Any:
            headers = {"X-API-Key": secret, "Prefer": prefer}
            return pool.submit(requests.request, method, server + path, headers=headers, timeout=60, **options)

        yield begun


def stored() -> InferenceBatch:
    """What the call submitted."""
    wait_for(lambda: InferenceBatch.objects.filter(batch_id="waited-for").exists(), "the batch")
    return InferenceBatch.objects.get(batch_id="waited-for")


def write_results(batch: InferenceBatch) -> None:
    """As a worker that has run its two items."""
    with transaction.atomic():
        begin(batch)
        record(batch, items=2)
        sql.execute("UPDATE inference_part SET results = %s WHERE batch_id = %s", [WRITTEN, batch.pk])


def test_a_submission_is_answered_with_its_results(call):
    answer = call("POST", SUBMIT, json=BODY)
    write_results(stored())
    found = answer.result()

    assert (found.status_code, found.headers["Preference-Applied"]) == (200, "wait")
    told = found.json()
    assert (told["batch_id"], told["status"], told["metadata"]["batch_size"]) == ("waited-for", "completed", 2)
    assert [result["output"] for result in told["results"]] == [[0.5], [0.25]]


def test_the_answer_is_what_the_results_are_asked_for_later(call):
    answer = call("POST", SUBMIT, json=BODY)
    write_results(stored())
    at_once = answer.result()

    later = call("GET", f"{RESULTS}/waited-for").result()
    assert (later.json(), "Preference-Applied" in later.headers) == (at_once.json(), False)
    assert later.headers["Content-Type"] == at_once.headers["Content-Type"]


def test_when_the_time_is_over_the_answer_is_that_of_who_does_not_wait(call):
    found = call("POST", SUBMIT, "wait=1", json=BODY).result()

    assert (found.status_code, found.json()["status"], found.json()["request_count"]) == (200, "queued", 2)
    assert "Preference-Applied" not in found.headers
    refused = call("GET", f"{RESULTS}/waited-for", "wait=1").result()
    assert (refused.status_code, refused.json()["error"]) == (409, "BATCH_NOT_FINISHED")
    assert refused.headers["Retry-After"] == "1"


def test_results_are_waited_for(call):
    batch = submitted(2)
    answer = call("GET", f"{RESULTS}/{batch.batch_id}")
    wait_for(lambda: sql.value(FOLLOWED) == 1, "somebody who waits")
    assert not answer.done()
    write_results(batch)
    found = answer.result()

    assert (found.status_code, found.json()["status"]) == (200, "completed")
    assert "Retry-After" not in found.headers


def test_a_cancelled_batch_ends_the_wait(call):
    batch = submitted(2)
    answer = call("GET", f"{RESULTS}/{batch.batch_id}")
    wait_for(lambda: sql.value(FOLLOWED) == 1, "somebody who waits")
    services.cancel(batch_id=batch.batch_id)

    told = answer.result().json()
    assert (told["status"], [one["error"] for one in told["results"]]) == (
        "cancelled",
        ["cancelled before it was run"] * 2,
    )


def test_an_end_that_is_heard_needs_no_reading(call, monkeypatch):
    from project import asgi

    def unread(_ids: Any) -> Any:
        raise AssertionError("the batch was read")

    batch = submitted(2)
    answer = call("GET", f"{RESULTS}/{batch.batch_id}", "wait=1")
    assert answer.result().status_code == 409  # the session that hears stays open for a while
    monkeypatch.setattr(states, "read", unread)
    monkeypatch.setattr(watching, "UNHEARD_SECONDS", 60.0)
    answer = call("GET", f"{RESULTS}/{batch.batch_id}")
    wait_for(lambda: batch.batch_id in asgi.watch._ends, "somebody who waits")
    write_results(batch)
    assert answer.result().json()["status"] == "completed"


def test_an_end_that_was_heard_too_early_is_read_at_once(model, monkeypatch):
    monkeypatch.setattr(watching, "UNHEARD_SECONDS", 60.0)
    monkeypatch.setattr(Listener, "start", lambda _listener: None)
    batch = submitted(2)
    write_results(batch)

    async def wait() -> None:
        watch = watching.Watch()
        watch._heard(psycopg.Notify(watching.ENDED, batch.batch_id, 0))
        with watch.end_of(batch.batch_id) as end:
            await asyncio.wait_for(end, 30)
        assert end.done()

    asyncio.run(wait())


def test_an_end_that_nobody_heard_is_read(model):
    batch = submitted(2)
    write_results(batch)

    async def wait() -> None:
        watch = watching.Watch()
        with watch.end_of(batch.batch_id) as end:
            await asyncio.wait_for(end, 30)
        assert not watch._ends

    asyncio.run(wait())


def test_many_wait_at_once_for_the_same_and_for_others(call):
    batches = [submitted(2) for _ in range(12)]
    answers = [call("GET", f"{RESULTS}/{batch.batch_id}") for batch in (*batches, *batches)]
    for batch in batches:
        write_results(batch)

    assert [answer.result().json()["batch_id"] for answer in answers] == [batch.batch_id for batch in batches] * 2


def test_who_may_not_see_a_batch_is_refused_at_once(call):
    batch = submitted(2)
    found = call("GET", f"{RESULTS}/{batch.batch_id}", secret=secret_of("bob", Role.INTEGRATOR)).result()
    assert (found.status_code, found.json()["error"]) == (404, "NOT_FOUND")


def test_what_is_refused_does_not_wait(call):
    found = call("POST", SUBMIT, json={**BODY, "data": []}).result()
    assert (found.status_code, found.json()["error"]) == (400, "INVALID_REQUEST")


def test_results_that_can_not_be_read_leave_the_answer_that_there_is(call, monkeypatch):
    from django.db import OperationalError

    def broken(_ids: Any) -> Any:
        raise OperationalError("gone")

    monkeypatch.setattr(application, "read", broken)
    answer = call("POST", SUBMIT, json=BODY)
    write_results(stored())
    found = answer.result()
    assert (found.status_code, found.json()["status"]) == (200, "queued")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=10", 10),
        ("respond-async, wait=10", 10),
        ('Wait = "7"; foo', 7),
        ("wait=999999", 60),
        ("wait=0", None),
        ("wait", None),
        ("wait=-1", None),
        ("wait=soon", None),
        ("", None),
    ],
)
def test_a_preference_that_means_nothing_is_left_out(header, seconds):
    from django.core.handlers.asgi import ASGIRequest
    from rest_framework.request import Request

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(b"prefer", header.encode())],
    }
    preference.wait_for(Request(ASGIRequest(scope, None)), "batch")

    later = scope.get(preference.LATER)
    assert getattr(later, "seconds", None) == seconds
