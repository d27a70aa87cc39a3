"""JSON nested too deep for those who would have to read it, wherever a client or a handler gives some."""

from typing import Any

import pytest

from project.access.roles import Role
from project.api.errors import ErrorCode, InvalidRequest
from project.api.nesting import MOST_LEVELS
from tests.distributed.refusals import refused
from tests.distributed.remote import Remote, of, some_jobs
from tests.workers.hands import graph, job, states
from workers.handlers import Claim, handler
from workers.models import FinishedJob, JobCheckpoint
from workers.runtime import drain
from workers.services import submit_many

EXECUTE = "/api/distributed/execute"
WHY = "is nested deeper than 100 levels."


def deep(levels: int) -> Any:
    document: Any = []
    for _ in range(levels - 1):
        document = [document]
    return document


@handler("test.deep", max_attempts=5)
def give(claim: Claim) -> Any:
    return deep(claim.payload["levels"])


@handler("test.deep_checkpoint", max_attempts=5)
def save(claim: Claim) -> None:
    claim.save_checkpoint(deep(claim.payload["levels"]))


def start(client, config):
    return client.post(EXECUTE, {"workflowId": "w", "jobs": [{"id": "a", "type": "remote", "config": config}]})


def test_a_config_that_is_taken_can_be_read_and_claimed(client_for):
    client, worker = client_for(Role.INTEGRATOR), Remote(client_for(Role.WORKER))
    config = {"x": deep(MOST_LEVELS - 4)}  # the body, its jobs, the job, and the config itself
    assert start(client, config).status_code == 200
    assert client.get(f"{EXECUTE}/exec-1/jobs/a").json()["job"]["config"] == config
    assert [one["config"] for one in worker.claim()] == [config]


def test_a_deep_config_is_refused(client_for):
    client = client_for(Role.INTEGRATOR)
    for levels in (MOST_LEVELS, 300):
        message = refused(start(client, {"x": deep(levels)}), 400, ErrorCode.INVALID_REQUEST)["message"]
        assert message == f"The body {WHY}"


def test_deep_outputs_and_checkpoints_of_remote_workers_are_refused(client_for):
    some_jobs()
    worker = Remote(client_for(Role.WORKER))
    (claimed,) = worker.claim()
    refused(worker.complete(claimed, output=deep(300)), 400, ErrorCode.INVALID_REQUEST)
    checkpoint = {**of(claimed), "data": deep(300)}
    refused(worker.call("checkpoint", checkpoints=[checkpoint]), 400, ErrorCode.INVALID_REQUEST)
    assert worker.call("checkpoint", checkpoints=[{**checkpoint, "data": deep(90)}]).status_code == 200
    assert worker.complete(claimed, output=deep(90)).status_code == 200


@pytest.mark.parametrize("levels", [101, 300, 5000])
def test_deep_payloads_of_our_own_code_are_refused(levels):
    for give in (
        lambda: graph(job("a", payload={"x": deep(levels)})),
        lambda: submit_many(workflow="w", type="noop", payloads=[{"x": deep(levels)}]),
    ):
        with pytest.raises(InvalidRequest, match=r"payload is nested deeper than 100 levels\."):
            give()
    graph(job("a", payload={"x": deep(MOST_LEVELS - 1)}))


@pytest.mark.parametrize("kind", ["test.deep", "test.deep_checkpoint"])
def test_what_handlers_give_is_bounded(kind):
    levels = {"fits": MOST_LEVELS, "deep": MOST_LEVELS + 1, "deeper": 300, "deepest": 100_000}
    execution = graph(*(job(key, type=kind, payload={"levels": count}) for key, count in levels.items()))
    drain()
    assert states(execution) == {"fits": "completed", "deep": "failed", "deeper": "failed", "deepest": "failed"}
    what = "The handler's output" if kind == "test.deep" else "The checkpoint"
    assert {one.error for one in FinishedJob.objects.filter(state="failed")} == {f"{what} {WHY}"}
    assert JobCheckpoint.objects.count() == (kind == "test.deep_checkpoint")
