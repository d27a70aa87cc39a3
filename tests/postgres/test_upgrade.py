"""A database that was upgraded step by step equals one that was made at once."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests import servers

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') ORDER BY 1, 2""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
    "triggers": """
        SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
        WHERE NOT tgisinternal ORDER BY 1, 2""",
    "event triggers": "SELECT evtname, evtevent, evtfoid::regproc::text, evttags FROM pg_event_trigger ORDER BY 1",
    "routines": """
        SELECT p.oid::regprocedure::text, obj_description(p.oid), pg_get_functiondef(p.oid) FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1""",
    "views": "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1",
}


def manage(url: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def catalogue(url: str) -> dict[str, list[tuple]]:
    with psycopg.connect(url) as found:
        return {name: found.execute(query).fetchall() for name, query in CATALOGUE.items()}


def first_migrations() -> list[tuple[str, str]]:
    """The first migration of each of our apps."""
    graph = MigrationLoader(connection).graph
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).is_relative_to(ROOT / "project")}
    ours |= {config.label for config in apps.get_app_configs() if Path(config.path).parent in {ROOT, ROOT / "batches"}}
    return sorted(node for node in graph.root_nodes() if node[0] in ours)


def test_a_database_upgraded_from_the_first_migrations_equals_a_fresh_one():
    here = os.environ["DATABASE_URL"]
    assert len(first_migrations()) >= 4
    with servers.fresh_database(servers.with_database(here, "upgraded")) as url:
        for app, name in first_migrations():
            manage(url, "migrate", app, name)
        manage(url, "migrate")
        upgraded = catalogue(url)
    fresh = catalogue(here)
    for name in CATALOGUE:
        assert upgraded[name] == fresh[name], name


def test_the_migrations_are_complete(capsys):
    call_command("makemigrations", check_changes=True, dry_run=True)
    assert "No changes detected" in capsys.readouterr().out
