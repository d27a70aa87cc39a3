"""Mappings as YAML: there and back without a change, and the line of whatever is wrong."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from project.api.errors import ApiError, InvalidRequest
from reconciliation.models import Connection, Mapping
from reconciliation.services import connections, mappings
from reconciliation.services.mappings import files
from reconciliation.services.mappings.lines import Document
from tests.reconciliation.mappings.tables import USERS, create, pair

FILE = """\
connections:
  - name: here
    kind: postgresql
mappings:
  - name: users
    source: {connection: here, schema: upstream, table: users}
    target: {connection: here, schema: replica, table: users}
    columns:
      - {source: id, target: id, key: true}
      - source: amount
        target: amount
        rule: {absolute: 0.01}
"""


def load(text: str, **options) -> files.Imported:
    return files.imported("mappings.yaml", text, actor=None, **options)


def everything() -> str:
    return files.exported(list(Mapping.objects.select_related("source", "target").order_by("name")))


def test_what_was_exported_changes_nothing_when_it_is_imported(both):
    both(USERS)
    create(
        columns=[pair("id"), pair("name", rule={"nfc": True, "trim": True}), pair("amount", rule={"relative": 1e-9})],
        strategy="SAMPLE", interval_minutes=5, warning_percent=0.5, lag_seconds=1.5, deletes_allowed=True,
        enabled=False,
    )  # fmt: skip
    text = everything()
    assert load(text).unchanged == ["connection here", "mapping users"]
    assert everything() == text
    assert mappings.get("users").version == 1


def test_it_makes_in_an_empty_database_what_was_exported(both):
    both(USERS)
    made = create(columns=[pair("id"), pair("updated_at", rule={"unit": "ms"})], timestamp_column="updated_at")
    text, said = everything(), mappings.document(made)
    Mapping.objects.all().delete()
    Connection.objects.all().delete()
    assert load(text).created == ["connection here", "mapping users"]
    assert mappings.document(mappings.get("users")) == said
    assert everything() == text


def test_importing_twice_does_nothing_the_second_time(both):
    both(USERS)
    assert load(FILE).created == ["mapping users"]
    assert load(FILE).unchanged == ["connection here", "mapping users"]


def test_a_change_of_the_file_is_a_change_of_the_mapping(both):
    both(USERS)
    load(FILE)
    done = load(FILE.replace("absolute: 0.01", "absolute: 0.02"))
    assert done.changed == ["mapping users"]
    assert mappings.get("users").version == 2


def test_a_dry_run_checks_everything_and_keeps_nothing(both):
    both(USERS)
    assert load(FILE, dry_run=True).created == ["mapping users"]
    assert not Mapping.objects.exists()
    with pytest.raises(ApiError, match="no column amnt"):
        load(FILE.replace("source: amount", "source: amnt"), dry_run=True)


def test_all_of_a_file_is_taken_or_nothing(both):
    both(USERS)
    text = FILE + "  - name: broken\n" + FILE[FILE.index("    source:") :].replace("table: users", "table: gone")
    with pytest.raises(ApiError, match=r"mappings.yaml line 13, broken: .*upstream\.gone"):
        load(text)
    assert not Mapping.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("key: true", "key: 1", r"line 9: mappings\[0\].columns\[0\].key"),
        ("source: amount", "sorce: amount", r"line 10: mappings\[0\].columns\[1\].sorce"),
        ("absolute: 0.01", "absolute: lots", r"line 12: mappings\[0\].columns\[1\].rule.absolute"),
        ("absolute: 0.01", "absolute: -1", r"line 12, users: .*absolute"),
        ("absolute: 0.01", "unit: ms", r"line 12, users: .*unit"),
        ("target: amount", "target: price", r"line 11, users: .*no column price"),
        ("connection: here, schema: upstream", "connection: there, schema: upstream", r"line 6, users: .*there"),
        ("kind: postgresql", "kind: oracle", r"line 3, here: .*oracle"),
        ("kind: postgresql", "kind: postgresql\n    kind: cassandra", r"line 4: kind stands there twice"),
        ("mappings:", "mapings:", r"line 4: mapings"),
        ("table: users}", "table: [users}", r"line 6"),
        ("- name: users", "- &a\n    name: users", r"line"),
        ("name: users", "name: no", r"line 5: mappings\[0\].name"),
    ],
)
def test_whatever_is_wrong_is_named_with_its_line(both, old, new, told):
    both(USERS)
    text = FILE.replace(old, new, 1)
    if "&a" in new:
        text += "  - *a\n"
    with pytest.raises(ApiError, match=told):
        load(text)
    assert not Mapping.objects.exists()


@pytest.mark.parametrize(
    "text", ["", "- 1\n", "just text\n", "mappings: 5\n", "\x00", "a: !!python/object:os.system x\n"]
)
def test_what_is_no_file_of_mappings_is_refused(here, text):
    with pytest.raises(InvalidRequest):
        load(text)


def test_a_bomb_of_aliases_is_refused_at_its_line(here):
    with pytest.raises(InvalidRequest, match=r"line 2.*alias"):
        load("a: &a [x, x]\nb: [*a, *a]\n")


def test_no_password_is_written(both, monkeypatch):
    both(USERS)
    monkeypatch.setenv("UPSTREAM_PASSWORD", "sesame")
    connections.change(name="here", actor=None, password_variable="UPSTREAM_PASSWORD")
    create()
    assert "sesame" not in everything()
    assert yaml.safe_load(everything())["connections"] == [
        {"name": "here", "kind": "postgresql", "password_variable": "UPSTREAM_PASSWORD"}
    ]


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


@settings(max_examples=100)
@given(name=NAMES, column=NAMES, tolerance=st.floats(0, 1e300, exclude_min=True), text=NAMES)
def test_any_name_comes_back_from_a_file_as_it_was(name, column, tolerance, text):
    place = Connection(name=text, kind="postgresql", address="", password_variable="", options={"a": text})
    columns = [{"source": column, "target": name, "type": "float(8)", "key": False, "rule": {"absolute": tolerance}}]
    mapping = Mapping(
        name=name, source=place, source_schema=text, source_table=column, target=place, target_schema=column,
        target_table=text, columns=columns, timestamp_column=text, token_column="", enabled=True, strategy="CHECKSUM",
        lag_seconds=5.0, chunk_seconds=0.5, deletes_allowed=False, version=1,
    )  # fmt: skip
    written = files.exported([mapping])
    read = files.parsed(Document("f", written))
    (back,) = read.mappings
    assert (back.name, back.source.schema_, back.source.table, back.timestamp_column) == (name, text, column, text)
    assert back.columns[0].rule.absolute == tolerance
    assert (back.columns[0].source, back.columns[0].target) == (column, name)
    assert read.connections[0].options == {"a": text}


def test_the_file_in_the_documentation_can_be_read():
    page = (Path(__file__).parents[3] / "docs" / "reconciliation.md").read_text(encoding="utf-8")
    (example,) = [block for block in page.split("```") if block.startswith("yaml\nconnections:")]
    read = files.parsed(Document("mappings.yaml", example.removeprefix("yaml\n")))
    assert [mapping.name for mapping in read.mappings] == ["users"]
