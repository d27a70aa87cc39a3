"""The contract's JavaScript client, word for word, run by Node with axios against a running server."""

import json
from pathlib import Path
from typing import Any

import pytest

from batches.processor.models import InferenceBatch
from project.access import keys
from project.access.roles import Role
from tests.distributed import nodejs
from tests.processor.clients import source

pytestmark = pytest.mark.usefixtures("model", "workers")

LAST = "// exampleUsage();"


@pytest.fixture
def run(server: str, user_for, tmp_path: Path):
    """Runs the block with other lines at its end; what it printed."""
    key = keys.create(name="client", owner=user_for(Role.INTEGRATOR), roles=[Role.INTEGRATOR]).secret

    def execute(last: str) -> str:
        script = tmp_path / "client.cjs"
        code = source("javascript", "BatchProcessorClient", server=server, key=key)
        assert code.rstrip().endswith(LAST)
        script.write_text(code.replace(LAST, last))
        ran = nodejs.run(script, NODE_PATH=str(nodejs.installed() / "node_modules"))
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return execute


def asked(run: Any, call: str) -> Any:
    """What a call of the client gives, or the error that it throws."""
    shown = "(value) => console.log(JSON.stringify(value)), (error) => console.log(JSON.stringify(error.message))"
    return json.loads(run(f"(async (client) => {call})(new BatchProcessorClient()).then({shown});"))


def test_its_example_runs(run):
    said = run("exampleUsage();")
    batch = InferenceBatch.objects.get()
    assert said.splitlines() == [f"Submitted batch: {batch.batch_id}", "Batch completed: 3 items processed"]
    assert (batch.priority, batch.metadata, batch.completed) == ("high", {"experimentId": "exp_001"}, 3)


def test_it_is_told_why_a_batch_failed(run):
    broken = "client.submitBatch([{input: 'no numbers'}]).then((made) => client.waitForCompletion(made.batch_id, 50))"
    assert asked(run, broken).startswith("Batch failed: ")


def test_it_gets_no_results_before_the_end(run, workers):
    workers.stop()
    early = "client.submitBatch([{input: [1]}]).then((made) => client.getBatchResults(made.batch_id))"
    assert asked(run, early).startswith("Failed to get batch results: ")


def test_it_is_told_that_there_is_no_such_batch(run):
    assert asked(run, "client.getBatchStatus('batch_12345')").startswith("Failed to get batch status: ")
