"""Making mappings: what is taken, and what is refused with what mends it."""

import pytest

from project.access.models import AuditEntry
from project.api.errors import Conflict, ErrorCode, InvalidRequest, NotFound
from project.postgres import sql
from reconciliation.canonical.common import UncomparableType
from reconciliation.models import Mapping
from reconciliation.services import mappings
from reconciliation.sources.protocol import SchemaChanged, SourceError
from tests.reconciliation.mappings.tables import USERS, create, pair


def test_columns_that_are_not_given_are_proposed_and_stored_with_their_types(both):
    both(USERS)
    made = create()
    assert made.columns == [
        {"source": "id", "target": "id", "type": "integer(4)", "key": True, "rule": {}},
        {"source": "name", "target": "name", "type": "text", "key": False, "rule": {}},
        {"source": "amount", "target": "amount", "type": "decimal", "key": False, "rule": {}},
        {"source": "updated_at", "target": "updated_at", "type": "timestamp(us)", "key": False, "rule": {}},
    ]
    assert (made.version, made.timestamp_column, made.strategy) == (1, "updated_at", "CHECKSUM")


def test_making_one_is_in_the_audit_trail(both):
    both(USERS)
    create()
    entry = AuditEntry.objects.get(operation="mapping.create")
    assert (entry.target, entry.before, entry.after["source_table"]) == ("users", None, "users")


def test_columns_that_are_given_keep_their_rules_and_the_key_comes_first(both):
    both(USERS)
    made = create(columns=[pair("amount", rule={"absolute": 0.01}), pair("id"), pair("name", rule={"trim": True})])
    assert [(c["source"], c["key"], c["rule"]) for c in made.columns] == [
        ("id", True, {}), ("amount", False, {"absolute": 0.01}), ("name", False, {"trim": True}),
    ]  # fmt: skip


def test_a_unique_key_may_take_the_place_of_the_primary_one(both):
    both("id int PRIMARY KEY, email text NOT NULL UNIQUE, name text")
    made = create(columns=[pair("email"), pair("name")], key=["email"])
    assert [(c["source"], c["key"]) for c in made.columns] == [("email", True), ("name", False)]


def test_a_key_without_a_unique_index_on_the_target_is_refused_with_the_statement_that_makes_one(both):
    both("id int PRIMARY KEY, name text", "id int NOT NULL, name text")
    with pytest.raises(InvalidRequest) as refused:
        create()
    assert 'CREATE UNIQUE INDEX CONCURRENTLY ON "replica"."users" ("id")' in refused.value.message
    sql.execute('CREATE UNIQUE INDEX ON "replica"."users" ("id")')
    assert create().pk


def test_a_partial_unique_index_is_no_key(both):
    both("id int PRIMARY KEY, name text", "id int NOT NULL, name text")
    sql.execute("CREATE UNIQUE INDEX ON replica.users (id) WHERE id > 0")
    with pytest.raises(InvalidRequest, match="no unique key"):
        create()


def test_a_key_of_the_target_that_may_be_null_is_refused_with_the_statement_that_mends_it(both):
    both("id int PRIMARY KEY, name text", "id int UNIQUE, name text")
    with pytest.raises(InvalidRequest, match=r'ALTER TABLE "replica"\."users" ALTER COLUMN "id" SET NOT NULL'):
        create()


def test_a_source_without_a_key_is_refused(both):
    both("id int, name text", "id int PRIMARY KEY, name text")
    with pytest.raises(InvalidRequest, match="no primary key"):
        create()
    with pytest.raises(InvalidRequest, match=r'CREATE UNIQUE INDEX CONCURRENTLY ON "upstream"\."users" \("id"\)'):
        create(key=["id"])


def test_a_key_column_that_is_not_mapped_is_named(both):
    both(USERS)
    with pytest.raises(InvalidRequest, match="id is not among the columns"):
        create(columns=[pair("name")])


def test_types_that_cannot_be_compared_are_refused_by_name(both):
    both("id int PRIMARY KEY, born date", "id int PRIMARY KEY, born boolean")
    with pytest.raises(UncomparableType) as refused:
        create(columns=[pair("id"), pair("born")])
    assert refused.value.code == ErrorCode.UNCOMPARABLE_TYPE
    for word in ("born", "date", "boolean"):
        assert word in refused.value.message


def test_a_proposal_with_a_refused_pair_is_not_made_silently_without_it(both):
    both("id int PRIMARY KEY, spot point")
    with pytest.raises(InvalidRequest, match="without spot"):
        create()
    assert not Mapping.objects.exists()


@pytest.mark.parametrize(
    ("column", "rule", "field"),
    [
        ("name", {"unit": "ms"}, "unit"),
        ("name", {"absolute": 1.0}, "absolute"),
        ("amount", {"absolute": -1.0}, "absolute"),
        ("amount", {"relative": float("nan")}, "relative"),
        ("amount", {"nfc": True}, "nfc"),
        ("updated_at", {"unit": "days"}, "unit"),
        ("name", {"fuzzy": True}, "fuzzy"),
        ("id", {"absolute": 1.0}, "key"),
        ("id", {"ignore": True}, "key"),
    ],
)
def test_a_rule_that_does_not_fit_its_column_is_refused(both, column, rule, field):
    both(USERS)
    columns = [pair(name, rule=rule if name == column else {}) for name in ("id", "name", "amount", "updated_at")]
    with pytest.raises(InvalidRequest, match=field):
        create(columns=columns)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"columns": [pair("id"), pair("nme", "name")]}, r"columns\[1\].source.* no column nme"),
        ({"columns": [pair("id"), pair("name", "nme")]}, r"columns\[1\].target.* no column nme"),
        ({"columns": [pair("id"), pair("id", "name")]}, "twice"),
        ({"columns": [pair("id", type="text")]}, "compared as integer.4., not as text"),
        ({"columns": [pair("id", type="number")]}, "names no type"),
        ({"timestamp_column": "name"}, "name is no timestamp"),
        ({"timestamp_column": "", "strategy": "TIMESTAMP_RANGE"}, "timestamp_column"),
        ({"token_column": "id"}, "Only a Cassandra source"),
        ({"strategy": "EVERYTHING"}, "strategy"),
        ({"interval_minutes": 0}, "interval_minutes"),
        ({"lag_seconds": float("inf")}, "lag_seconds"),
        ({"warning_percent": 5.0, "critical_percent": 1.0}, "warning_percent"),
        ({"rows_per_second": 0}, "rows_per_second"),
        ({"source_table": ""}, "source_table"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(both, given, told):
    both(USERS)
    with pytest.raises(InvalidRequest, match=told):
        create(**given)


@pytest.mark.parametrize("name", ["", " users", "a\nb", "x" * 101])
def test_a_name_that_no_list_could_show_is_refused(both, name):
    both(USERS)
    with pytest.raises(InvalidRequest, match="name"):
        create(name)


def test_a_name_is_taken_once(both):
    both(USERS)
    create()
    with pytest.raises(Conflict, match="already"):
        create()


def test_a_table_that_is_not_there_is_named(both):
    both(USERS)
    with pytest.raises(SchemaChanged, match=r"replica\.people"):
        create(target_table="people")


def test_a_connection_that_is_not_there_is_named_with_those_that_are(both):
    both(USERS)
    with pytest.raises(NotFound, match=r'"there".* There are here'):
        create(source_connection="there")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://nobody@127.0.0.1:1/x", "there: no PostgreSQL"),
        ("postgresql://nobody@no-such-host.invalid/x", "there: no PostgreSQL"),
    ],
)
def test_a_server_that_does_not_answer_is_named(both, address, told):
    from reconciliation.services import connections

    both(USERS)
    connections.create(name="there", kind="postgresql", address=address, actor=None)
    with pytest.raises(SourceError, match=told):
        create(source_connection="there")


def test_hostile_names_make_a_mapping_that_can_be_tried(both):
    from reconciliation.definition import Definition

    name = '"; DROP TABLE ' + "ü" * 20
    quoted = name.replace('"', '""')
    both(f'"{quoted}" int PRIMARY KEY, "100 %" text', name=quoted)
    with sql.cursor() as cursor:
        cursor.execute(f"INSERT INTO upstream.\"{quoted}\" VALUES (1, 'x')")
    made = create(source_table=name, target_table=name)
    found = mappings.trial(Definition.of(made))
    assert [(row.missing, row.cells[0].source) for row in found.rows] == [(True, 1)]
