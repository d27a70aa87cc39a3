"""`manage.py mapping`."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from project.postgres import sql
from reconciliation.models import Mapping
from reconciliation.services import connections, mappings
from tests.reconciliation.mappings.tables import USERS, create, pair

SOURCE, TARGET = "here:upstream.users", "here:replica.users"


def run(*arguments: str, code: int = 0) -> str:
    """What it prints; it must end with `code`."""
    out = io.StringIO()
    try:
        call_command("mapping", *arguments, stdout=out)
        ended = 0
    except SystemExit as end:
        ended = int(end.code)
    assert ended == code
    return out.getvalue()


def refused(*arguments: str) -> CommandError:
    with pytest.raises(CommandError) as error:
        call_command("mapping", *arguments, stdout=io.StringIO())
    return error.value


def test_a_list_of_none_says_how_one_is_made(database):
    assert "mapping propose --save" in run("list")


def test_the_list_names_both_sides(both):
    both(USERS)
    create()
    assert run("list") == "users  here:upstream.users -> here:replica.users  not compared yet\n"
    (listed,) = json.loads(run("list", "--json"))["mappings"]
    assert (listed["name"], listed["last_job"], listed["open_mismatches"]) == ("users", None, 0)


def test_a_proposal_is_shown_and_saved_only_when_asked_for(both):
    both(f"{USERS}, born date", USERS)
    text = run("propose", "--source", SOURCE, "--target", TARGET)
    assert "id -> id  integer(4)  key" in text
    assert "born  only in the source" in text
    assert text.endswith("4 pairs, 0 refused. Nothing was saved; --save makes the mapping.\n")
    assert not Mapping.objects.exists()
    assert "Saved as people." in run("propose", "--source", SOURCE, "--target", TARGET, "--save", "--name", "people")
    assert mappings.get("people").source_table == "users"


def test_a_proposal_with_a_refused_pair_exits_1_and_is_not_saved(both):
    both("id int PRIMARY KEY, spot point")
    document = json.loads(run("propose", "--source", SOURCE, "--target", TARGET, "--json", code=1))
    assert [one["source"] for one in document["refused"]] == ["spot"]
    assert refused("propose", "--source", SOURCE, "--target", TARGET, "--save").returncode == 2
    assert not Mapping.objects.exists()


def test_export_and_import_go_through_files(both, tmp_path):
    both(USERS)
    create()
    create("others", columns=[pair("id")])
    path = tmp_path / "mappings.yaml"
    path.write_text(run("export", "users"))
    assert "others" not in path.read_text()
    Mapping.objects.all().delete()
    assert "a dry run, nothing was kept" in run("import", str(path), "--dry-run")
    assert run("import", str(path)) == "created mapping users\n1 created, 0 changed, 1 unchanged.\n"
    assert run("export") == path.read_text()
    assert json.loads(run("import", str(path), "--json"))["unchanged"] == ["connection here", "mapping users"]


def test_a_trial_exits_1_when_a_row_differs(both):
    both(USERS)
    create()
    assert run("try", "users") == "The source has no rows: nothing to try.\n"
    sql.execute("INSERT INTO upstream.users VALUES (1, 'a', 1, now()), (2, 'b', 1, now())")
    sql.execute("INSERT INTO replica.users SELECT * FROM upstream.users")
    assert run("try", "users") == "2 of 2 rows equal.\n"
    sql.execute("UPDATE replica.users SET name = NULL WHERE id = 1")
    sql.execute("DELETE FROM replica.users WHERE id = 2")
    assert run("try", "users", code=1) == (
        'row 1: name: "a" is null in the target\nrow 2: no copy\n0 of 2 rows equal.\n'
    )
    assert json.loads(run("try", "users", "--json", code=1))["differing"] == {"name": 1}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export", "people"), 'no mapping "people"'),
        (("try", "people"), 'no mapping "people"'),
        (("import", "/no/such/file.yaml"), "can't be read"),
        (("propose", "--source", "users", "--target", TARGET), "connection:schema.table"),
        (("propose", "--source", "there:upstream.users", "--target", TARGET), 'no connection "there"'),
    ],
)
def test_what_it_is_asked_for_and_cannot_be_exits_2(here, arguments, told):
    error = refused(*arguments)
    assert told in str(error)
    # the parser's own refusal exits 2 by itself and has no code
    assert error.returncode in {1, 2} if "connection:schema.table" in told else error.returncode == 2


def test_a_server_that_is_down_exits_3(both):
    both(USERS)
    connections.create(name="there", kind="postgresql", address="postgresql://x@127.0.0.1:1/x", actor=None)
    assert refused("propose", "--source", "there:upstream.users", "--target", TARGET).returncode == 3


def test_a_table_that_is_gone_exits_1(both):
    both(USERS)
    create()
    sql.execute("DROP TABLE replica.users")
    assert refused("try", "users").returncode == 1
