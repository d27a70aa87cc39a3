"""Housekeeping by command, and by one of the workers."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from project.postgres import sql
from project.postgres.locks import LockSpace
from tests.workers.hands import Hand, beside, graph, job, own_session, wait_for
from tests.workers.processes import run_workers, stop
from workers.models import Tally, Throughput
from workers.runtime.housekeeping import Housekeeper, thread


@pytest.fixture
def unfolded() -> None:
    """A job that completed an hour ago, and one that waits."""
    graph(job("a"))
    hand = Hand("alive", types=["noop"])
    hand.complete(*hand.claim())
    graph(job("b", type="render"))
    sql.execute("UPDATE tally SET second = second - interval '1 hour'")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_SECONDS", "CANDIDATE_SECONDS", "VACUUM_SECONDS", "PASS_SECONDS"):
        monkeypatch.setattr(thread, name, 0.05)


def test_the_command_says_what_it_did_and_what_is_wrong(unfolded: None) -> None:
    out, problems = StringIO(), StringIO()
    call_command("housekeep", stdout=out, stderr=problems)
    assert out.getvalue().startswith("1 counts folded, ")
    assert "no live worker fits. Start one that does" in problems.getvalue()


def test_the_command_as_json(unfolded: None) -> None:
    out = StringIO()
    call_command("housekeep", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert found["tallies_folded"] == 1
    assert "NO_CAPABLE_WORKER" in [warning["code"] for warning in found["warnings"]]


def test_the_command_waits_for_a_pass_that_runs(unfolded: None) -> None:
    with own_session() as other:
        other.execute("SELECT pg_advisory_lock(%s, 1)", [int(LockSpace.HOUSEKEEPING)])
        waiting = beside(call_command, "housekeep", stdout=StringIO(), stderr=StringIO())
        waiting.join(0.3)
        assert waiting.is_alive()
        assert Tally.objects.exists()
    waiting.join()
    assert not Tally.objects.exists()


def test_a_worker_keeps_house(unfolded: None, quick: None) -> None:
    keeper = Housekeeper()
    keeper.start()
    wait_for(Throughput.objects.exists, "the counts are folded")
    keeper.stop()
    assert not keeper.is_alive()


def test_worker_processes_do_it(unfolded: None) -> None:
    with run_workers("--slots", "1") as process:
        wait_for(Throughput.objects.exists, "the counts are folded")
        code, _ = stop(process)
    assert code == 0


def test_one_worker_keeps_house_and_another_takes_over(unfolded: None, quick: None) -> None:
    with own_session() as first:
        first.execute("SELECT pg_advisory_lock(%s, 0)", [int(LockSpace.HOUSEKEEPING)])
        second = Housekeeper()
        second.start()
        second.join(0.5)
        assert Tally.objects.exists()
    wait_for(Throughput.objects.exists, "the other one took over")
    second.stop()


def test_a_housekeeper_whose_session_ends_begins_anew(unfolded: None, quick: None) -> None:
    keeper = Housekeeper()
    keeper.start()
    wait_for(Throughput.objects.exists, "the counts are folded")
    ended = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE application_name = 'tutup-housekeeping' AND datname = current_database()"
    )
    wait_for(lambda: sql.value(ended) > 0, "its session was found")
    Throughput.objects.all().delete()
    sql.execute("INSERT INTO tally (session_pid, queue_id, second) SELECT 1, id, now() - interval '1 hour' FROM queue")
    wait_for(Throughput.objects.exists, "it folds again")
    keeper.stop()
