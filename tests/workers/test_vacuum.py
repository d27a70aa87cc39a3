"""The hot tables are vacuumed by their dead rows, unless somebody still sees those."""

from project.postgres import sql
from tests.workers.hands import own_session, wait_for
from workers.queries import burden
from workers.runtime.housekeeping import HotTables
from workers.runtime.sessions import session

ROWS = 3000


def make_dead() -> None:
    """More dead rows than the table may have, in a lane of their own."""
    with own_session() as writer:
        writer.execute(
            "INSERT INTO ready (lane_id, priority, run_at, execution_id, attempt, linked, again, ids) "
            "SELECT 12345, 'normal', now(), 1, 1, false, false, ARRAY[n] FROM generate_series(1, %s) n",
            [ROWS],
        )
        writer.execute("DELETE FROM ready")
        writer.execute("SELECT pg_stat_force_next_flush()")
    wait_for(lambda: dead() >= ROWS, "the statistics show the dead rows")


def dead() -> int:
    return {found.name: found.dead for found in burden.hot_tables()}["ready"]


def vacuum(tables: HotTables) -> list[str]:
    with session("test") as connection:
        return tables.vacuum(connection)


def test_a_table_is_vacuumed_once_it_has_many_dead_rows() -> None:
    tables = HotTables()
    vacuum(tables)
    make_dead()
    assert vacuum(tables) == ["ready"]
    assert dead() == 0
    assert vacuum(tables) == []


def test_what_a_snapshot_holds_is_tried_once_and_again_when_the_snapshot_is_gone() -> None:
    tables = HotTables()
    vacuum(tables)
    with own_session() as reader, reader.transaction():
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT 1")
        make_dead()
        assert vacuum(tables) == ["ready"]
        assert dead() >= ROWS
        assert vacuum(tables) == []
        snapshot = burden.oldest_snapshot()
        assert snapshot is not None
        assert snapshot.holder == str(reader.info.backend_pid)
    assert vacuum(tables) == ["ready"]
    assert dead() == 0


def test_a_claim_passes_over_dead_rows_that_nobody_removed() -> None:
    sql.execute("INSERT INTO lane (queue_id, type, priority) SELECT id, 'noop', 'normal' FROM queue")
    sql.execute("UPDATE lane SET id = 12345")
    assert burden.claim_waste() == 0
    with own_session() as reader, reader.transaction():
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT 1")
        make_dead()
        assert burden.claim_waste() == ROWS
        vacuum(HotTables())
        assert burden.claim_waste() == ROWS
    vacuum(HotTables())
    assert burden.claim_waste() == 0
