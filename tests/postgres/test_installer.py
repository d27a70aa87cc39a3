"""The routine installer: what it installs, replaces and drops, and what `manage.py routines` says before and after."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from project.postgres import installer, routines, sql
from project.postgres.routines import Status

ADD = """
CREATE OR REPLACE FUNCTION trial.add(p_a integer, p_b integer) RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$ SELECT p_a + p_b $$;
COMMENT ON FUNCTION trial.add(integer, integer) IS 'Adds, so that it''s tested.';
"""
GUARD = """
CREATE OR REPLACE FUNCTION trial.guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$ BEGIN RETURN NULL; END $$;
COMMENT ON FUNCTION trial.guard() IS 'Lets nothing in.';
"""
TRIGGER = "CREATE OR REPLACE TRIGGER guard BEFORE INSERT ON auth_group FOR EACH ROW EXECUTE FUNCTION trial.guard();"


@pytest.fixture
def folder(tmp_path: Path, database: None) -> Iterator[Path]:
    """A folder of routine files; whatever it put into the database is gone afterwards."""
    (tmp_path / "trial").mkdir()
    yield tmp_path
    sql.execute("DROP SCHEMA IF EXISTS trial CASCADE")


@pytest.fixture(autouse=True)
def _only_trial(monkeypatch):
    """The routines of the product itself carry the mark of ours too: leave them out of the comparison."""
    monkeypatch.setattr(routines, "SCHEMA_MARK", "Routines of a trial.")


def write(folder: Path, name: str, text: str) -> None:
    (folder / "trial" / f"{name}.sql").write_text(text)


def state(folder: Path) -> dict[str, Status]:
    return {found.name: found.status for found in routines.states(folder)}


def test_what_is_missing_is_installed_once(folder):
    write(folder, "add", ADD)
    assert state(folder) == {"trial.add": Status.MISSING}
    assert installer.install(folder).installed == ["trial.add"]
    assert state(folder) == {"trial.add": Status.INSTALLED}
    assert sql.routine_value("trial.add", 1, 2) == 3
    assert installer.install(folder).installed == []


def test_the_comment_of_the_file_is_kept(folder):
    write(folder, "add", ADD)
    installer.install(folder)
    comment = sql.value("SELECT obj_description('trial.add(integer,integer)'::regprocedure)")
    assert comment.startswith("Adds, so that it's tested.\n[tutup file=")


def test_a_changed_file_is_outdated_until_installed(folder):
    write(folder, "add", ADD)
    installer.install(folder)
    write(folder, "add", ADD.replace("p_a + p_b", "p_a + p_b + 0"))
    assert state(folder) == {"trial.add": Status.OUTDATED}
    installer.install(folder)
    assert state(folder) == {"trial.add": Status.INSTALLED}


def test_a_routine_changed_in_the_database_is_outdated(folder):
    write(folder, "add", ADD)
    installer.install(folder)
    sql.execute(
        "CREATE OR REPLACE FUNCTION trial.add(p_a integer, p_b integer) RETURNS integer LANGUAGE sql AS 'SELECT 0'"
    )
    assert state(folder) == {"trial.add": Status.OUTDATED}
    installer.install(folder)
    assert sql.routine_value("trial.add", 1, 2) == 3


def test_a_changed_signature_leaves_no_old_overload(folder):
    write(folder, "add", ADD)
    installer.install(folder)
    write(folder, "add", ADD.replace("integer", "bigint"))
    installer.install(folder)
    assert sql.value("SELECT count(*) FROM pg_proc WHERE pronamespace = 'trial'::regnamespace") == 1
    assert state(folder) == {"trial.add": Status.INSTALLED}


def test_a_comment_that_names_no_parameters_means_the_new_signature(folder):
    bare = ADD.replace("COMMENT ON FUNCTION trial.add(integer, integer)", "COMMENT ON FUNCTION trial.add")
    assert bare != ADD
    write(folder, "add", bare)
    installer.install(folder)
    write(folder, "add", bare.replace("integer", "bigint"))
    installer.install(folder)
    assert state(folder) == {"trial.add": Status.INSTALLED}


@pytest.mark.parametrize(
    ("old", "new"),
    [("RETURNS integer", "RETURNS text"), ("p_a", "p_first"), ("SELECT p_a + p_b", "SELECT 1")],
)
def test_what_create_or_replace_refuses_is_dropped_first(folder, old, new):
    write(folder, "add", ADD)
    installer.install(folder)
    write(folder, "add", ADD.replace(old, new).replace("p_a + p_b", "p_a + p_b" if new != "RETURNS text" else "'x'"))
    installer.install(folder)
    assert state(folder) == {"trial.add": Status.INSTALLED}


def test_a_function_may_become_a_procedure(folder):
    write(folder, "add", ADD)
    installer.install(folder)
    write(
        folder,
        "add",
        "CREATE OR REPLACE PROCEDURE trial.add() LANGUAGE sql AS ''; COMMENT ON PROCEDURE trial.add() IS 'x';",
    )
    installer.install(folder)
    assert state(folder) == {"trial.add": Status.INSTALLED}


def test_what_no_file_defines_is_dropped_with_its_triggers(folder):
    write(folder, "guard", GUARD + TRIGGER)
    installer.install(folder)
    sql.execute("CREATE FUNCTION trial.by_hand() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
    (folder / "trial" / "guard.sql").unlink()
    write(folder, "add", ADD)
    assert state(folder)["trial.guard"] == state(folder)["trial.by_hand"] == Status.UNKNOWN
    assert installer.install(folder).dropped == ["trial.by_hand", "trial.guard"]
    assert state(folder) == {"trial.add": Status.INSTALLED}


def test_a_trigger_that_left_its_file_is_dropped(folder):
    write(folder, "guard", GUARD + TRIGGER)
    installer.install(folder)
    write(folder, "guard", GUARD)
    installer.install(folder)
    assert sql.value("SELECT count(*) FROM pg_trigger WHERE tgname = 'guard'") == 0


def test_an_event_trigger_is_created_and_missed_when_it_is_gone(folder):
    write(
        folder,
        "watch",
        GUARD.replace("guard", "watch").replace("trigger", "event_trigger").replace("RETURN NULL;", "NULL;"),
    )
    write(folder, "watch.event", "CREATE EVENT TRIGGER trial_watch ON ddl_command_end EXECUTE FUNCTION trial.watch();")
    installer.install(folder)
    assert routines.missing_event_triggers(folder) == []
    sql.execute("DROP EVENT TRIGGER trial_watch")
    assert routines.missing_event_triggers(folder) == ["trial.watch"]
    installer.install(folder)
    assert routines.missing_event_triggers(folder) == []


def test_routines_may_call_one_another_in_any_order(folder):
    write(folder, "add", ADD.replace("SELECT p_a + p_b", "SELECT trial.later(p_a)"))
    write(
        folder,
        "later",
        ADD.replace("add", "later")
        .replace("integer, p_b integer", "integer")
        .replace("integer, integer", "integer")
        .replace(" + p_b", ""),
    )
    installer.install(folder)
    assert sql.routine_value("trial.add", 4, 0) == 4


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (ADD.replace("CREATE OR", "MAKE OR"), "trial/add.sql can't be installed: syntax error"),
        (ADD.replace("trial.add", "trial.other"), "trial.add once; it defined it 0 times"),
        (ADD.partition("COMMENT")[0], "no COMMENT ON for trial.add"),
    ],
)
def test_a_wrong_file_is_named_and_nothing_is_installed(folder, text, complaint):
    write(folder, "aaa", ADD.replace("trial.add", "trial.aaa"))
    write(folder, "add", text)
    with pytest.raises(ImproperlyConfigured, match=complaint):
        installer.install(folder)
    assert sql.value("SELECT to_regnamespace('trial') IS NULL")


def test_the_command_lists_and_installs(folder, monkeypatch):
    monkeypatch.setattr(settings, "SQL_DIR", folder)
    write(folder, "add", ADD)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("routines", stdout=out)
    assert (ended.value.code, out.getvalue().split()) == (1, ["MISSING", "trial.add"])
    call_command("routines", "install", stdout=out)
    out = StringIO()
    call_command("routines", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"trial.add": "INSTALLED"}


def test_what_is_installed_equals_the_files(monkeypatch):
    monkeypatch.undo()
    assert {found.status for found in routines.states()} == {Status.INSTALLED}
    assert routines.missing_event_triggers() == []
