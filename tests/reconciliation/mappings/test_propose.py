"""What is proposed from both schemas."""

import pytest

from project.postgres import sql
from reconciliation.canonical.notation import written
from reconciliation.models import Mapping
from reconciliation.services import mappings
from reconciliation.sources.protocol import SchemaChanged
from tests.reconciliation.mappings.tables import USERS, places


def test_columns_of_one_name_are_paired_and_the_primary_key_is_the_key(here, both):
    both(USERS)
    found = mappings.propose(*places(here))
    assert [(c.source, c.target, written(c.type), c.key) for c in found.columns] == [
        ("id", "id", "integer(4)", True),
        ("name", "name", "text", False),
        ("amount", "amount", "decimal", False),
        ("updated_at", "updated_at", "timestamp(us)", False),
    ]
    assert (found.only_source, found.only_target, found.refused) == ((), (), ())
    assert not Mapping.objects.exists()


def test_case_and_underscores_are_passed_over_where_one_name_can_be_meant(here, both):
    both(
        '"userId" int PRIMARY KEY, "createdAt" date, a_b int, ab int',
        "user_id int PRIMARY KEY, created_at date, AB int",
    )
    found = mappings.propose(*places(here))
    assert [(c.source, c.target) for c in found.columns] == [
        ("userId", "user_id"), ("createdAt", "created_at"), ("ab", "ab"),
    ]  # fmt: skip
    assert [column.name for column in found.only_source] == ["a_b"]


def test_names_that_become_the_same_are_left_over_on_both_sides(here, both):
    both('id int PRIMARY KEY, a_b int, "aB" int', "id int PRIMARY KEY, ab_ int")
    found = mappings.propose(*places(here))
    assert [column.source for column in found.columns] == ["id"]
    assert [column.name for column in found.only_source] == ["a_b", "aB"]
    assert [column.name for column in found.only_target] == ["ab_"]


def test_a_composite_key_keeps_its_own_order(here, both):
    both("line int, name text, region text, PRIMARY KEY (region, line)")
    found = mappings.propose(*places(here))
    assert [(column.source, column.key) for column in found.columns] == [
        ("region", True), ("line", True), ("name", False),
    ]  # fmt: skip


def test_a_pair_that_cannot_be_compared_says_why(here, both):
    both("id int PRIMARY KEY, spot point, born date", "id int PRIMARY KEY, spot point, born boolean")
    found = mappings.propose(*places(here))
    assert [pair.source.name for pair in found.refused] == ["spot", "born"]
    assert "point" in found.refused[0].refusal
    assert "boolean" in found.refused[1].refusal
    assert [column.source for column in found.columns] == ["id"]


def test_floats_of_two_sizes_are_offered_a_tolerance(here, both):
    both("id int PRIMARY KEY, ratio real", "id int PRIMARY KEY, ratio double precision")
    ratio = mappings.propose(*places(here)).pairs[1]
    assert [offer.rule.relative for offer in ratio.offers] == [1e-6]
    assert ratio.compared.rule.given() == {}


def test_the_target_s_column_of_the_last_write_is_found(here, both):
    both("id int PRIMARY KEY, updated_at timestamptz")
    assert mappings.propose(*places(here)).timestamp_column == "updated_at"


@pytest.mark.parametrize(
    "name", ['say "hi"', "größe", "ﬁ", "x" * 63, "a.b", "select", "'; DROP TABLE x; --", "%s", "{}"]
)
def test_hostile_names_are_read_as_they_are(here, both, name):
    quoted = name.replace('"', '""')
    both(f'"{quoted}" int PRIMARY KEY, "v%" text'.replace("%", "%"), name=quoted)
    sql.execute(f'INSERT INTO upstream."{quoted}" VALUES (1, %s)'.replace("%s)", "$$v$$)"))
    sql.execute(f'INSERT INTO replica."{quoted}" SELECT * FROM upstream."{quoted}"')
    found = mappings.propose(*places(here, name))
    assert [column.source for column in found.columns] == [name, "v%"]


def test_a_table_that_is_not_there_is_named(here):
    with pytest.raises(SchemaChanged, match=r"upstream\.users"):
        mappings.propose(*places(here))
