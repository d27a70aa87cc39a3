"""What most tests of mappings say. Imports wait until Django is set up."""

from typing import Any

from reconciliation.definition import Place
from reconciliation.models import Connection, Mapping
from reconciliation.services import mappings

USERS = "id int PRIMARY KEY, name text, amount numeric(12, 2), updated_at timestamptz"
TABLES: dict[str, Any] = {
    "source_connection": "here", "source_schema": "upstream", "source_table": "users",
    "target_connection": "here", "target_schema": "replica", "target_table": "users",
}  # fmt: skip


def create(name: str = "users", **given: Any) -> Mapping:
    """The mapping of upstream.users and replica.users, unless something else is given."""
    return mappings.create(name=name, actor=None, **{**TABLES, **given})


def places(here: Connection, source: str = "users", target: str = "") -> tuple[Place, Place]:
    return Place.of(here, "upstream", source), Place.of(here, "replica", target or source)


def pair(source: str, target: str = "", **more: Any) -> dict[str, Any]:
    return {"source": source, "target": target or source, **more}
