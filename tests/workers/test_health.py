"""What the engine warns of, and how it says what to do."""

from typing import Any

import pytest

from project.postgres import sql
from tests.workers.hands import Hand, graph, job, own_session
from workers.queries import burden, health
from workers.queries.health import Code, HealthWarning


def warnings(*codes: Code) -> list[HealthWarning]:
    """Those of these kinds: other sessions of the server may hold a snapshot at any time."""
    return [warning for warning in health.warnings() if warning.code in codes]


ENGINE = (Code.NO_WORKER, Code.SILENT_WORKER, Code.NO_CAPABLE_WORKER, Code.LONG_WAIT, Code.NO_HOUSEKEEPING)


def test_a_healthy_engine_has_none() -> None:
    graph(job("a"))
    Hand("alive")
    assert warnings(*ENGINE) == []


def test_work_without_a_worker() -> None:
    graph(job("a"), job("b", type="sleep"))
    (found,) = warnings(*ENGINE)
    assert (found.code, found.text) == (Code.NO_WORKER, "2 jobs wait and no worker is up.")
    assert found.mend == "Run manage.py run_workers."


def test_a_worker_that_went_silent() -> None:
    hand = Hand("quiet", lease_seconds=90)
    sql.execute("UPDATE worker SET last_heartbeat = now() - interval '5 minutes' WHERE id = %s", [hand.id])
    (found,) = warnings(*ENGINE)
    assert (found.code, found.text) == (Code.SILENT_WORKER, "Worker quiet has been silent for 5 min.")


def test_many_silent_workers_are_not_all_listed() -> None:
    for number in range(5):
        Hand(f"quiet {number}")
    sql.execute("UPDATE worker SET last_heartbeat = now() - interval '3 hours'")
    found = warnings(Code.SILENT_WORKER)
    assert len(found) == 3
    assert found[0].text.endswith("has been silent for 3.0 h (one of 5).")


@pytest.mark.parametrize(
    ("options", "needs"),
    [
        ({"type": "render"}, "1 job of type render in queue default waits"),
        ({"queue": "night"}, "1 job of type noop in queue night waits"),
    ],
)
def test_work_that_no_worker_takes(options: dict[str, Any], needs: str) -> None:
    Hand("alive", queues=["default"], types=["noop"])
    graph(job("a", **options))
    (found,) = warnings(*ENGINE)
    assert found.code == Code.NO_CAPABLE_WORKER
    assert found.text.startswith(needs)


def test_work_that_needs_what_no_worker_has() -> None:
    Hand("alive")
    graph(job("a"))
    sql.execute("""UPDATE lane SET labels = '{gpu}', comparisons = '[["memoryGB", ">=", 32]]'""")
    (found,) = warnings(*ENGINE)
    assert (
        found.text == "1 job of type noop in queue default (needs gpu, memoryGB >= 32) waits and no live worker fits."
    )
    sql.execute("""UPDATE worker SET capabilities = '{gpu}', metadata = '{"memoryGB": 64}'""")
    assert warnings(*ENGINE) == []


def test_work_that_waits_for_long() -> None:
    Hand("alive")
    graph(job("a"))
    sql.execute("UPDATE ready SET run_at = now() - interval '10 minutes'")
    (found,) = warnings(*ENGINE)
    assert (found.code, found.text) == (
        Code.LONG_WAIT,
        "1 job of type noop in queue default waits, the oldest for 10 min.",
    )


def test_a_paused_queue_may_wait() -> None:
    graph(job("a"))
    sql.execute("INSERT INTO queue_pause (queue_id, paused_by, reason) VALUES (NULL, 'ops', 'maintenance')")
    assert warnings(*ENGINE) == []


def test_a_session_that_holds_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "OLD_SNAPSHOT_SECONDS", 0)
    with own_session(application_name="report") as reader, reader.transaction():
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT 1")
        sql.execute("UPDATE queue SET name = name")  # a younger transaction, so that ours is the oldest
        (found,) = warnings(Code.OLD_SNAPSHOT)
        pid = reader.info.backend_pid
        assert found.text.startswith(f"Session {pid} (report) has kept dead rows from being removed for ")
        assert found.mend == f"End its transaction, or the session: SELECT pg_terminate_backend({pid});"


@pytest.mark.parametrize(
    ("held", "begins", "mend"),
    [
        ({"kind": "slot", "holder": "replica", "seconds": None}, "The replication slot replica", "drop the slot"),
        (
            {"kind": "prepared", "holder": "x1", "seconds": 70.0},
            "The prepared transaction x1",
            "ROLLBACK PREPARED 'x1'",
        ),
        ({"kind": "session", "holder": "12", "seconds": 70.0, "program": "tutup-worker-1"}, "Session 12", "let it end"),
    ],
)
def test_whoever_holds_a_snapshot_is_named(
    monkeypatch: pytest.MonkeyPatch, held: dict[str, Any], begins: str, mend: str
) -> None:
    snapshot = burden.Snapshot(**{"program": "psql", "transactions": 2_000_000, **held})
    monkeypatch.setattr(burden, "oldest_snapshot", lambda: snapshot)
    (found,) = warnings(Code.OLD_SNAPSHOT)
    assert found.text.startswith(begins)
    assert mend in found.mend


def test_a_young_snapshot_is_no_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    for seconds, transactions in ((59.0, 2_000_000), (None, 999_999)):
        young = burden.Snapshot(kind="slot", holder="x", program="", seconds=seconds, transactions=transactions)
        monkeypatch.setattr(burden, "oldest_snapshot", lambda young=young: young)
        assert warnings(Code.OLD_SNAPSHOT) == []


def test_dead_rows_that_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        burden,
        "hot_tables",
        lambda: [
            burden.HotTable(name="ready", dead=20_001, allowed=2000),
            burden.HotTable(name="lease", dead=20_000, allowed=2000),
        ],
    )
    monkeypatch.setattr(burden, "claim_waste", lambda: 20_001)
    debt, waste = warnings(Code.VACUUM_DEBT, Code.CLAIM_WASTE)
    assert debt.text == "Table ready has 20,001 dead rows."
    assert waste.text == "Claims pass over 20,001 index entries of dead rows before they find work."


def test_counts_that_nobody_folds() -> None:
    sql.execute(
        "INSERT INTO tally (session_pid, queue_id, second) SELECT 1, id, now() - interval '11 minutes' FROM queue"
    )
    (found,) = warnings(*ENGINE)
    assert (found.code, found.text) == (Code.NO_HOUSEKEEPING, "Nobody has kept house for 10 minutes.")
