"""A source table and its copy, in two schemas of the test's own database, and a mapping between them."""

from typing import Any

from project.postgres import sql
from reconciliation.models import Connection, Mapping
from reconciliation.sources.postgres.connecting import close_idle

COLUMNS = [
    {"source": "id", "target": "id", "type": "integer(4)", "key": True, "rule": {}},
    {"source": "name", "target": "name", "type": "text", "key": False, "rule": {}},
    {"source": "amount", "target": "amount", "type": "decimal", "key": False, "rule": {}},
    {"source": "updated_at", "target": "updated_at", "type": "timestamp(us)", "key": False, "rule": {}},
]
SHAPE = "(id int PRIMARY KEY, name text, amount numeric, updated_at timestamptz NOT NULL DEFAULT now())"


def make(name: str = "users", rows: int = 20) -> None:
    """Both tables with the same rows, written yesterday."""
    for schema in ("upstream", "replica"):
        sql.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        sql.execute(f"CREATE TABLE {schema}.{name} {SHAPE}")
    sql.execute(
        f"INSERT INTO upstream.{name} SELECT n, 'name ' || n, n * 1.5, now() - interval '1 day'"
        " FROM generate_series(1, %s) n",
        [rows],
    )
    sql.execute(f"INSERT INTO replica.{name} SELECT * FROM upstream.{name}")
    sql.execute(f"ANALYZE upstream.{name}, replica.{name}")


def drop() -> None:
    """What jobs keep open is closed first: a table that is being read is not dropped."""
    close_idle()
    sql.execute("DROP SCHEMA IF EXISTS upstream, replica CASCADE")


def mapped(name: str = "users", **values: Any) -> Mapping:
    """A mapping of the two tables whose candidates are read again at once."""
    place, _ = Connection.objects.get_or_create(name="here", defaults={"kind": "postgresql"})
    defaults = {
        "source": place, "source_schema": "upstream", "source_table": name, "target": place,
        "target_schema": "replica", "target_table": name, "columns": COLUMNS, "timestamp_column": "updated_at",
        "lag_seconds": 0.0, "chunk_seconds": 0.001,
    }  # fmt: skip
    return Mapping.objects.create(name=name, **{**defaults, **values})
