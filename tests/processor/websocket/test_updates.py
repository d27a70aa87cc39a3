"""What who follows a batch is told."""

import pytest

from batches.processor import services
from project.access.roles import Role
from project.postgres import sql
from tests.processor.websocket.sockets import begin, end, record, secret_of, submitted


def test_the_present_state_is_told_at_once_and_then_each_change(socket):
    batch = submitted(200)
    socket.subscribe(batch.batch_id)
    told = socket.next()
    assert told == {
        "batch_id": batch.batch_id,
        "status": "queued",
        "progress": 0.0,
        "completed_requests": 0,
        "total_requests": 200,
        "failed_requests": 0,
        "cancelled_requests": 0,
        "processing_time_ms": 0.0,
    }
    begin(batch)
    told = socket.next()
    assert (told["status"], told["progress"]) == ("processing", 0.0)
    record(batch, 1)
    told = socket.next()
    assert (told["status"], told["progress"], told["completed_requests"]) == ("processing", 0.5, 100)
    assert "total_time_ms" not in told
    record(batch, 2, failed=20)
    told = socket.next()
    assert (told["status"], told["progress"], told["failed_requests"]) == ("completed", 1.0, 20)
    batch.refresh_from_db()
    assert told["total_time_ms"] == pytest.approx(
        (batch.completed_at - batch.queued_at).total_seconds() * 1000, abs=0.1
    )
    assert 0 < told["processing_time_ms"] <= told["total_time_ms"]


def test_the_final_state_is_told_once_and_ends_the_subscription(socket):
    batch = submitted()
    socket.subscribe(batch.batch_id)
    end(batch)
    assert [state["status"] for state in socket.until("completed")].count("completed") == 1
    sql.execute("SELECT pg_notify('processor_batch', %s)", [batch.batch_id])
    assert socket.is_quiet()


def test_of_a_batch_that_has_ended_the_end_is_told(socket):
    batch = submitted()
    end(batch)
    socket.subscribe(batch.batch_id)
    told = socket.next()
    assert (told["status"], told["progress"]) == ("completed", 1.0)
    assert told["total_time_ms"] > 0
    assert socket.is_quiet()


def test_what_did_not_change_is_not_told_again(socket):
    batch = submitted()
    socket.subscribe(batch.batch_id)
    socket.next()
    sql.execute("SELECT pg_notify('processor_batch', %s)", [batch.batch_id])
    assert socket.is_quiet()


def test_who_subscribes_again_is_told_again(socket):
    batch = submitted()
    for _ in range(3):
        socket.subscribe(batch.batch_id)
        assert socket.next()["status"] == "queued"
    assert socket.is_quiet()


def test_a_batch_of_which_every_item_fails_says_why(socket):
    batch = submitted()
    socket.subscribe(batch.batch_id)
    end(batch, failed=2)
    told = socket.until("failed")[-1]
    assert (told["failed_requests"], told["completed_requests"], told["error"]) == (2, 0, "it broke")
    assert told["total_time_ms"] > 0


def test_a_cancelled_batch_says_why(socket):
    batch = submitted()
    socket.subscribe(batch.batch_id)
    services.cancel(batch_id=batch.batch_id, reason="not needed")
    told = socket.until("cancelled")[-1]
    assert (told["cancelled_requests"], told["progress"], told["error"]) == (2, 1.0, "not needed")


def test_a_batch_whose_time_is_over_is_told_to_be_expired(socket):
    batch = submitted(timeout_ms=100)
    socket.subscribe(batch.batch_id)
    socket.next()
    while sql.routine_value("processor.expire") is None:
        pass
    assert socket.until("expired")[-1]["cancelled_requests"] == 2


def test_one_socket_follows_many_batches(socket):
    batches = [submitted() for _ in range(20)]
    socket.subscribe(*[batch.batch_id for batch in batches])
    assert {socket.next()["batch_id"] for _ in batches} == {batch.batch_id for batch in batches}
    for batch in batches:
        end(batch)
    ended: set[str] = set()
    while len(ended) < len(batches):
        told = socket.next()
        if told["status"] == "completed":
            assert told["batch_id"] not in ended
            ended.add(told["batch_id"])
    assert socket.is_quiet()


def test_who_unsubscribes_is_told_no_more(socket):
    left, kept = submitted(), submitted()
    socket.subscribe(left.batch_id, kept.batch_id)
    socket.next()
    socket.next()
    socket.send({"action": "unsubscribe", "batch_id": left.batch_id})
    assert socket.next() == {"action": "unsubscribed", "batch_id": left.batch_id}
    end(left)
    end(kept)
    assert {told["batch_id"] for told in socket.until("completed")} == {kept.batch_id}
    assert socket.is_quiet()


def test_to_unsubscribe_from_what_is_not_followed_does_nothing(socket):
    socket.send({"action": "unsubscribe", "batch_id": "batch_12345"})
    assert socket.next() == {"action": "unsubscribed", "batch_id": "batch_12345"}


@pytest.mark.parametrize("role", [Role.BATCH_ADMIN, Role.AUDITOR])
def test_who_oversees_follows_batches_of_others(open_socket, role):
    batch = submitted(owner="ann")
    overseer = open_socket(key=secret_of("max", role))
    overseer.subscribe(batch.batch_id)
    assert overseer.next()["status"] == "queued"


def test_batches_of_others_are_as_unknown_as_those_that_are_not(socket):
    others = submitted(owner="bob")
    for batch_id in (others.batch_id, "batch_12345"):
        socket.subscribe(batch_id)
        told = socket.next()
        assert told == {
            "error": "NOT_FOUND",
            "message": f'There is no batch "{batch_id}".',
            "details": {"batch_id": batch_id},
            "batch_id": batch_id,
        }
    end(others)
    assert socket.is_quiet()
    own = submitted()
    socket.subscribe(own.batch_id)
    assert socket.next()["status"] == "queued"
