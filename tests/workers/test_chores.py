"""What rooms have housekeeping do."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from workers import chores
from workers.runtime.sessions import Session, value


@pytest.fixture(autouse=True)
def nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "_chores", {})


def test_each_pass_does_them_and_counts_what_they_removed() -> None:
    found = []

    @chores.chore
    def look(connection: Session) -> int:
        found.append(value(connection, "SELECT current_database()"))
        return 5

    out = StringIO()
    call_command("housekeep", "--json", stdout=out)
    assert json.loads(out.getvalue())["rows_pruned"] == 5
    assert len(found) == 1


def test_they_are_done_in_the_order_of_their_names() -> None:
    @chores.chore
    def b(_connection: Session) -> int:
        return 2

    @chores.chore
    def a(_connection: Session) -> int:
        return 1

    assert chores.chores() == [a, b]
