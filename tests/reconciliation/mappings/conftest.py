"""Two schemas to map between, in the test's own database. Imports wait until Django is set up."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from reconciliation.models import Connection


@pytest.fixture
def here(database: None) -> "Iterator[Connection]":
    """A connection to the test's own database, with the empty schemas `upstream` and `replica`."""
    from project.postgres import sql
    from reconciliation.services import connections
    from reconciliation.sources.postgres.connecting import close_idle

    sql.execute("CREATE SCHEMA upstream")
    sql.execute("CREATE SCHEMA replica")
    yield connections.create(name="here", kind="postgresql", actor=None)
    close_idle()
    sql.execute("DROP SCHEMA upstream, replica CASCADE")


@pytest.fixture
def both(here: "Connection") -> "Callable[..., None]":
    """Makes a table in both schemas: the definition of the source, and that of the target where it is another."""
    from project.postgres import sql

    def make(source: str, target: str = "", name: str = "users") -> None:
        sql.execute(f'CREATE TABLE upstream."{name}" ({source})')
        sql.execute(f'CREATE TABLE replica."{name}" ({target or source})')

    return make
