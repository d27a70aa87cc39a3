"""What other rooms have housekeeping do."""

from collections.abc import Callable

import pytest

from workers import chores
from workers.chores import Session, chore
from workers.runtime.housekeeping import HotTables, housekeep
from workers.runtime.sessions import session


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "_declared", {})


def test_each_pass_does_every_chore_and_tells_how_many_rows_went() -> None:
    given: list[bool] = []

    @chore("shelves")
    def tidy(connection: Session, late: Callable[[], bool]) -> int:
        given.append(late())
        row = connection.execute("SELECT 7 AS rows").fetchone()
        assert row is not None
        return int(row["rows"])

    with session("test") as connection:
        assert housekeep(connection, HotTables()).rows_forgotten == {"shelves": 7}
        housekeep(connection, HotTables(), chore_seconds=0.0)
    assert given == [False, True]


def test_a_name_has_one_chore() -> None:
    def tidy(_connection: Session, _late: Callable[[], bool]) -> int:
        return 0

    chore("shelves")(tidy)
    chore("shelves")(tidy)
    with pytest.raises(ValueError, match='two chores "shelves"'):
        chore("shelves")(lambda _connection, _late: 0)
