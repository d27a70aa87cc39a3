"""A mapping tried on a few rows."""

import pytest

from project.postgres import sql
from reconciliation.definition import Definition
from reconciliation.models import Mapping
from reconciliation.services import mappings
from tests.reconciliation.mappings.tables import TABLES, USERS, create, pair


def tried(mapping: Mapping, rows: int = 10) -> mappings.Trial:
    return mappings.trial(Definition.of(mapping), rows)


@pytest.fixture
def users(both):
    """Twelve rows on both sides, in one the name differs, one has no copy."""
    both(USERS)
    sql.execute(
        "INSERT INTO upstream.users SELECT n, 'name ' || n, n, '2025-01-01Z'::timestamptz FROM generate_series(1, 12) n"
    )
    sql.execute("INSERT INTO replica.users SELECT * FROM upstream.users WHERE id <> 3")
    sql.execute("UPDATE replica.users SET name = '' WHERE id = 5")


def test_ten_rows_are_compared_and_each_value_is_shown(users):
    found = tried(create())
    assert (len(found.rows), found.equal, found.differing) == (10, 8, {"name": 1})
    (missing,) = [row for row in found.rows if row.missing]
    assert [cell.source for cell in missing.cells][:2] == [3, "name 3"]
    (differing,) = [row for row in found.rows if not row.equal and not row.missing]
    cells = {cell.column: cell for cell in differing.cells}
    assert (cells["name"].source, cells["name"].target, cells["name"].equal) == ("name 5", "", False)
    assert cells["id"].equal


def test_a_rule_is_kept_to(users):
    sql.execute("UPDATE replica.users SET amount = amount + 0.005 WHERE id = 7")
    exact = [pair("id"), pair("amount")]
    tolerant = [pair("id"), pair("amount", rule={"absolute": 0.01})]
    sql.execute("ALTER TABLE replica.users ALTER COLUMN amount TYPE numeric")
    sql.execute("UPDATE replica.users SET amount = 7.005 WHERE id = 7")
    assert tried(mappings.build(name="t", **TABLES, columns=exact)).differing == {"amount": 1}
    assert tried(mappings.build(name="t", **TABLES, columns=tolerant)).differing == {}


def test_trying_before_saving_keeps_nothing(users):
    assert tried(mappings.build(name="users", **TABLES)).rows
    assert not Mapping.objects.exists()


def test_an_empty_source_gives_no_rows(both):
    both(USERS)
    assert tried(create()).rows == ()


def test_names_may_differ_on_the_two_sides(both):
    both('"userId" int PRIMARY KEY, "fullName" text', "user_id int PRIMARY KEY, full_name text")
    sql.execute("INSERT INTO upstream.users VALUES (1, 'a')")
    sql.execute("INSERT INTO replica.users VALUES (1, 'b')")
    (row,) = tried(create()).rows
    assert [(cell.column, cell.source, cell.target, cell.equal) for cell in row.cells] == [
        ("user_id", 1, 1, True), ("full_name", "a", "b", False),
    ]  # fmt: skip
