"""The design's rules that a test can hold: who may import whom, what tables and routines look like."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from project.postgres import pending, routines, sql
from project.postgres.errors import RAISED
from project.postgres.routines import Status

ROOT = Path(__file__).resolve().parents[1]
GROUND = {
    "project.commands",
    "project.processes",
    "project.access",
    "project.api",
    "project.postgres",
    "project.metrics",
    "project.console",
    "project.environment",
}
# Room -> the first-party packages that it may import, besides itself and the shared ground.
MAY_IMPORT = {
    "workers": set(),
    "batches": {"workers"},
    "reconciliation": {"workers"},
}
ROOMS = {*MAY_IMPORT, "project"}
ROUTINE = re.compile(r"CREATE OR REPLACE (?:FUNCTION|PROCEDURE)", re.IGNORECASE)
LONGEST_LINE = 132
STATE = re.compile(r"'(TU\d{3})'")


def modules(room: str) -> Iterator[Path]:
    yield from sorted((ROOT / room).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Full names of what a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, path)
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def _absolute(node: ast.ImportFrom, path: Path) -> str:
    if not node.level:
        return str(node.module)
    package = path.relative_to(ROOT).parts[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def allowed(name: str, room: str) -> bool:
    first = name.split(".")[0]
    if first not in ROOMS or first == room or first in MAY_IMPORT[room]:
        return True
    return any(name == ground or name.startswith(f"{ground}.") for ground in GROUND)


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_the_design_allows(room):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(room)
        for name in sorted(imports(path))
        if not allowed(name, room)
    ]
    assert wrong == []


def test_the_rule_itself_finds_a_breach():
    assert not allowed("batches.ledger.models", "workers")
    assert not allowed("reconciliation.models", "batches")
    assert not allowed("project.settings", "workers")
    assert allowed("workers.services", "batches")
    assert allowed("project.postgres.sql", "workers")


def test_nothing_of_the_product_imports_the_tests():
    assert [path for room in ROOMS for path in modules(room) if any(n.startswith("tests") for n in imports(path))] == []


def test_of_the_engine_only_its_api_and_console_know_the_api():
    below = [path for path in modules("workers") if path.relative_to(ROOT).parts[1] not in {"api", "admin"}]
    assert [path for path in below if any(name.startswith("workers.api") for name in imports(path))] == []


def test_every_room_of_the_settings_is_known_to_the_rule():
    folders = {
        path.parent.relative_to(ROOT).parts[0] for path in ROOT.glob("*/**/apps.py") if ".venv" not in path.parts
    }
    assert folders <= ROOMS


def test_every_table_has_a_plain_singular_name():
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in ROOMS]
    wrong = [model._meta.db_table for model in ours if model._meta.db_table != _plain(model.__name__)]
    assert wrong == []


def _plain(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def test_schemas_of_rooms_hold_routines_only():
    schemas = {file.schema for file in routines.files()}
    tables = sql.rows(
        "SELECT relnamespace::regnamespace::text || '.' || relname AS name FROM pg_class"
        " WHERE relnamespace::regnamespace::text = ANY(%s)",
        [sorted(schemas)],
    )
    assert tables == []


@pytest.mark.parametrize("file", routines.files(), ids=lambda file: file.full_name)
def test_every_routine_file_reads_as_the_design_says(file):
    assert file.text.startswith(f"-- {file.full_name}"), "a header says what it does"
    assert len(ROUTINE.findall(file.text)) == 1, "one routine per file"
    assert "COMMENT ON" in file.text
    assert "search_path" in file.text, "a pinned search_path"
    assert not re.search(r"^\s*COMMIT\b", file.text, re.MULTILINE), "no COMMIT inside a routine"
    assert max(map(len, file.text.splitlines())) <= LONGEST_LINE


def test_every_error_that_a_routine_raises_is_in_the_table():
    raised = {state for file in routines.files() for state in STATE.findall(file.text)}
    assert raised <= RAISED.keys()


def test_what_is_installed_equals_the_files():
    assert [state for state in routines.states() if state.status is not Status.INSTALLED] == []
    assert routines.missing_event_triggers() == []


def test_the_database_has_every_migration():
    assert pending.migrations() == []
