"""The contract's metrics, read from the database: whoever did the batches, they are counted once."""

import os
from io import StringIO

import pytest
from prometheus_client.parser import text_string_to_metric_families

from project.access.roles import Role
from tests.transform.api.batches import BAD, ITEM, PATH, ended, queued, send
from tests.workers.processes import run_workers


@pytest.fixture
def client(client_for):
    return client_for(Role.INTEGRATOR)


def samples(client) -> dict[str, list]:
    text = client.get("/metrics").content.decode()
    return {
        sample.name: [*found]
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("batch_")
        for found in [[(one.labels, one.value) for one in family.samples if one.name == sample.name]]
    }


def value(client, name: str) -> float:
    ((_, found),) = samples(client)[name]
    return found


def test_zeros_are_there_before_the_first_batch(client):
    found = samples(client)
    assert found["batch_processed_total"] == [({}, 0.0)]
    assert found["batch_processing_errors_total"] == [({}, 0.0)]
    assert found["batch_processing_duration_seconds_count"] == [({}, 0.0)]
    assert {count for _, count in found["batch_processing_duration_seconds_bucket"]} == {0.0}
    assert "batch_memory_usage_bytes" not in found


def test_items_and_errors_are_counted(client):
    send(client, [ITEM] * 10)
    send(client, [ITEM, BAD, BAD], on_error="skip")
    send(client, [ITEM, BAD, BAD])
    assert value(client, "batch_processed_total") == 10 + 3 + 1
    assert value(client, "batch_processing_errors_total") == 2 + 1
    assert value(client, "batch_processing_duration_seconds_count") == 3


def test_durations_are_a_histogram_whose_buckets_add_up(client):
    for _ in range(3):
        send(client, [ITEM])
    found = samples(client)
    buckets = [(float(labels["le"]), count) for labels, count in found["batch_processing_duration_seconds_bucket"]]
    assert buckets == sorted(buckets)
    assert [count for _, count in buckets] == sorted(count for _, count in buckets)
    assert buckets[-1] == (float("inf"), 3.0)
    assert value(client, "batch_processing_duration_seconds_sum") > 0


def test_a_cancelled_batch_says_nothing_of_durations(client):
    client.post(f"{PATH}/{queued(client, [ITEM])}/cancel")
    assert value(client, "batch_processing_duration_seconds_count") == 0


def test_memory_is_that_of_the_process_that_did_it(client):
    with run_workers("--slots", "1") as process:
        ended(client, queued(client, [ITEM]))
        workers = {process.pid, *(child.pid for child in process.children(recursive=True))}
    send(client, [ITEM])
    found = {labels["process"]: held for labels, held in samples(client)["batch_memory_usage_bytes"]}
    pids = {int(name.rpartition(":")[2]) for name in found}
    assert os.getpid() in pids
    assert pids - {os.getpid()} <= workers
    assert len(pids) == 2
    assert all(held > 2**20 for held in found.values())


def test_batches_of_other_processes_are_counted(client):
    with run_workers("--slots", "1"):
        for _ in range(3):
            ended(client, queued(client, [ITEM] * 4, batch_size=1))
    assert value(client, "batch_processed_total") == 12


def test_counters_outlive_what_housekeeping_deletes(client):
    from django.core.management import call_command

    from batches.transform.models import TransformBatch
    from project.postgres import sql

    send(client, [ITEM] * 10)
    sql.execute("UPDATE transform_batch SET completed_at = now() - interval '31 days'")
    call_command("housekeep", stdout=StringIO())
    assert not TransformBatch.objects.exists()
    assert value(client, "batch_processed_total") == 10
