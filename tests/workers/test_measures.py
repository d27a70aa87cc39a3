"""The engine's metrics."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from project.access.roles import Role
from project.postgres import sql
from tests.workers.hands import Hand, graph, job, own_session


@pytest.fixture
def busy() -> Hand:
    """A worker with one active job, one finished, one failed; others wait, are delayed or blocked."""
    graph(job("a"), job("b"), job("c", backoff_seconds=100), job("d", max_attempts=1), job("e"), job("f", "e"))
    hand = Hand("busy", slots=4)
    a, b, c, d = sorted(hand.claim(4), key=lambda one: one["key"])
    hand.complete(a)
    hand.end(c, d)
    assert b["key"] == "b"
    return hand


def test_a_scrape_shows_jobs_by_state_workers_and_leases(client_for, busy: Hand) -> None:
    page = client_for(Role.AUDITOR).get("/metrics").content.decode()
    found = {family.name: family for family in text_string_to_metric_families(page)}
    by_state = {sample.labels["state"]: sample.value for sample in found["tutup_jobs"].samples}
    assert by_state == {
        "waiting-children": 1, "waiting": 1, "paused": 0, "delayed": 1, "active": 1, "completed": 1, "failed": 1,
        "cancelled": 0,
    }  # fmt: skip
    assert found["tutup_jobs_oldest_waiting_seconds"].samples[0].value > 0
    assert found["tutup_leases"].samples[0].value == 1
    assert found["tutup_workers"].samples[0].value == 1
    assert found["tutup_worker_slots"].samples[0].value == 4
    assert found["tutup_worker_load"].samples[0].labels == {"worker": "busy"}


def samples(page: str, name: str) -> dict[tuple[str, ...], float]:
    """The values of a metric by its labels."""
    families = text_string_to_metric_families(page)
    return {tuple(one.labels.values()): one.value for family in families for one in family.samples if one.name == name}


def test_a_scrape_shows_each_queue(client_for, busy: Hand) -> None:
    client = client_for(Role.AUDITOR)
    page = client.get("/metrics").content.decode()
    assert samples(page, "tutup_queue_jobs")["default", "waiting"] == 1
    assert samples(page, "tutup_queue_ended_jobs_total") == {
        ("default", "completed"): 1, ("default", "failed"): 1, ("default", "cancelled"): 0,
    }  # fmt: skip
    assert samples(page, "tutup_queue_paused") == {("default",): 0}
    sql.execute("INSERT INTO queue_pause (queue_id, paused_by, reason) VALUES (NULL, 'ops', 'maintenance')")
    page = client.get("/metrics").content.decode()
    assert samples(page, "tutup_queue_jobs")["default", "paused"] == 1
    assert samples(page, "tutup_jobs_oldest_waiting_seconds") == {(): 0}
    assert samples(page, "tutup_queue_paused") == {("default",): 1}


def test_a_scrape_shows_what_needs_somebody(client_for) -> None:
    graph(job("a"), job("b", type="sleep"))
    page = client_for(Role.AUDITOR).get("/metrics").content.decode()
    assert samples(page, "tutup_warnings")["NO_WORKER",] == 1
    assert samples(page, "tutup_warnings")["NO_CAPABLE_WORKER",] == 0
    assert {"ready", "lease", "execution"} <= {table for (table,) in samples(page, "tutup_dead_rows")}
    assert () in samples(page, "tutup_oldest_snapshot_seconds")
    assert () in samples(page, "tutup_claim_waste")
    assert set(samples(page, "tutup_scrape_ok").values()) == {1}


def test_no_figure_reads_the_history(client_for, busy: Hand) -> None:
    before = client_for(Role.AUDITOR).get("/metrics").content.decode()
    with own_session() as owner, owner.transaction():
        owner.execute("LOCK TABLE job, finished_job, job_attempt, job_dependency IN ACCESS EXCLUSIVE MODE")
        during = client_for(Role.AUDITOR).get("/metrics").content.decode()
    assert set(samples(during, "tutup_scrape_ok").values()) == {1}
    assert samples(during, "tutup_jobs") == samples(before, "tutup_jobs")
