"""A worker that is killed in mid-batch: another goes on, and each item has its result once."""

import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from project.access.roles import Role
from tests.transform.api.batches import WAIT_SECONDS, all_results, ended, numbered, queued, status
from tests.workers.processes import run_workers

ITEMS = 2000
KILLS = 3


@pytest.mark.parametrize("parallel", [True, False])
def test_each_item_has_its_result_once(client_for, parallel):
    client = client_for(Role.INTEGRATOR)
    batch_id = queued(client, numbered(ITEMS), batch_size=2, parallel=parallel)
    done = 0
    for _ in range(KILLS):
        with run_workers("--slots", "2"):
            done = progressed(client, batch_id, done)
    assert status(client, batch_id)["status"] == "processing"
    with run_workers("--slots", "2"):
        found = ended(client, batch_id)
    assert (found["status"], found["processed"], found["failed"]) == ("completed", ITEMS, 0)
    assert [one["amount"] for one in all_results(client, batch_id)] == list(range(ITEMS))
    families = text_string_to_metric_families(client.get("/metrics").content.decode())
    (counter,) = [family for family in families if family.name == "batch_processed"]
    assert [sample.value for sample in counter.samples] == [ITEMS]


def progressed(client, batch_id: str, done: int) -> int:
    """Waits until more items are done, which is in the middle of the next ones."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (now := status(client, batch_id)["processed"]) <= done:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert now < ITEMS
    return now
