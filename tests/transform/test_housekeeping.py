"""What housekeeping deletes and ends."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from batches.transform.models import TransformBatch, TransformChunk, TransformSlot
from project.access.roles import Role
from project.postgres import sql
from tests.transform.api.batches import ITEM, queued, send, status


@pytest.fixture
def client(client_for):
    return client_for(Role.INTEGRATOR)


def housekeep() -> dict:
    out = StringIO()
    call_command("housekeep", "--json", stdout=out)
    return json.loads(out.getvalue())


def age(days: int, batch_id: str) -> None:
    sql.execute(
        "UPDATE transform_batch SET completed_at = completed_at - make_interval(days => %s) WHERE batch_id = %s",
        [days, batch_id],
    )


def test_batches_are_kept_as_long_as_the_history_of_jobs(client, settings):
    settings.JOB_RETENTION_DAYS = 7
    old, young = (send(client, [ITEM]).json()["batch_id"] for _ in range(2))
    age(8, old)
    age(6, young)
    assert housekeep()["rows_forgotten"]["batches of transform"] == 1
    assert [batch.batch_id for batch in TransformBatch.objects.all()] == [young]
    assert TransformChunk.objects.count() == 1


def test_without_a_retention_nothing_is_deleted(client, settings):
    settings.JOB_RETENTION_DAYS = 0
    age(10_000, send(client, [ITEM]).json()["batch_id"])
    housekeep()
    assert TransformBatch.objects.count() == 1


def test_a_batch_that_goes_on_is_not_deleted(client):
    queued(client, [ITEM])
    sql.execute("UPDATE transform_batch SET created_at = now() - interval '100 days'")
    housekeep()
    assert TransformBatch.objects.get().status == "queued"


def test_an_idempotency_key_is_free_again_once_its_batch_is_deleted(client):
    first = send(client, [ITEM], key="one").json()["batch_id"]
    age(31, first)
    housekeep()
    assert send(client, [ITEM, ITEM], key="one").status_code == 200


def test_a_batch_whose_execution_is_gone_fails_and_gives_its_place_back(client):
    from workers import services as engine

    batch_id = queued(client, [ITEM])
    engine.cancel(execution_id=TransformBatch.objects.get().execution_id, reason="test")
    assert status(client, batch_id)["status"] == "queued"
    housekeep()
    found = status(client, batch_id)
    assert (found["status"], found["error"]["error"]) == ("failed", "internal_server_error")
    assert not TransformSlot.objects.exclude(batch=None).exists()
    assert bytes(TransformChunk.objects.get().items) == b""
