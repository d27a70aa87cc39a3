"""The contract's Python and asyncio clients, word for word, against a running server and a running worker."""

import asyncio
from typing import Any

import pytest

from batches.processor.models import InferenceBatch
from project.access import keys
from project.access.roles import Role
from tests.processor.clients import source

pytestmark = pytest.mark.usefixtures("model", "workers")


@pytest.fixture
def key(user_for) -> str:
    owner = user_for(Role.INTEGRATOR)
    return keys.create(name="client", owner=owner, roles=[Role.INTEGRATOR], expires_at=None, actor=None).secret


@pytest.fixture
def run(server, key):
    """Runs a block of the contract as it stands there, with address and key in their places."""

    def execute(name: str) -> dict[str, Any]:
        namespace: dict[str, Any] = {"__name__": "seed"}
        exec(compile(source("python", name, server=server, key=key), name, "exec"), namespace)  # noqa: S102  the contract
        return namespace

    return execute


def test_the_python_client_submits_waits_and_reads_the_results(run, capsys):
    ran = run("BatchProcessorClient")
    said = capsys.readouterr().out
    assert "Batch completed successfully\nResults: 3 items processed" in said
    results = ran["results"]
    assert (results["batch_id"], results["status"], len(results["results"])) == (ran["batch_id"], "completed", 3)
    for number, result in enumerate(results["results"], start=1):
        assert result["request_id"] == f"req_{number}"
        assert abs(sum(result["output"]) - 1) < 0.001
        assert result["confidence"] == pytest.approx(max(result["output"]))
        assert result["processing_time_ms"] >= 0
    assert results["metadata"]["batch_size"] == 3
    assert results["metadata"]["total_processing_time_ms"] > 0
    batch = InferenceBatch.objects.get()
    assert (batch.priority, batch.metadata) == ("high", {"experiment_id": "exp_001"})


def test_the_python_client_is_told_why_a_batch_failed(run):
    client = run("BatchProcessorClient")["client"]
    broken = client.submit_batch([{"input": "no numbers"}])["batch_id"]
    with pytest.raises(Exception, match=r"Batch failed: .*input"):
        client.wait_for_completion(broken, check_interval=0.05, timeout=60)


def test_the_python_client_is_told_what_is_wrong(run):
    client = run("BatchProcessorClient")["client"]
    with pytest.raises(Exception, match=r"Failed to submit batch: .*Data cannot be empty"):
        client.submit_batch([])
    with pytest.raises(Exception, match=r"Failed to get batch status: .*NOT_FOUND"):
        client.get_batch_status("batch_12345")


def test_the_python_client_gets_no_results_before_the_end(run, workers):
    client = run("BatchProcessorClient")["client"]
    workers.stop()
    waiting = client.submit_batch([{"input": [1.0]}], timeout_ms=300_000)["batch_id"]
    with pytest.raises(Exception, match=r"Failed to get batch results: .*BATCH_NOT_FINISHED"):
        client.get_batch_results(waiting)


def test_the_asyncio_client_processes_many_batches_at_once(run, capsys):
    asyncio.run(run("AsyncBatchProcessorClient")["main"]())
    said = capsys.readouterr().out
    assert "Submitted 5 batches\nProcessed 5 batches\n" in said
    assert [f"Batch {number}: 10 items processed" in said for number in range(5)] == [True] * 5
    assert sorted(batch.metadata["batch_index"] for batch in InferenceBatch.objects.all()) == list(range(5))
