"""Two schemas of the test's own database that hold the tables of a side."""

from collections.abc import Callable, Iterator

import pytest


@pytest.fixture
def run(database: None) -> Iterator[Callable[[str], None]]:
    """Runs SQL, statements divided by a semicolon at a line's end; both schemas are gone afterwards."""
    from project.postgres import sql
    from reconciliation.sources.postgres.connecting import close_idle

    def run_all(statements: str) -> None:
        for statement in statements.split(";\n"):
            sql.execute(statement)

    run_all("CREATE SCHEMA one;\nCREATE SCHEMA two")
    yield run_all
    close_idle()
    sql.execute("DROP SCHEMA one, two CASCADE")


@pytest.fixture
def by_language() -> str:
    """A collation that sorts by a language; by bytes on a server that is built without ICU."""
    from project.postgres import sql

    return sql.value("SELECT coalesce(max(collname::text), 'C') FROM pg_collation WHERE collname = 'en-x-icu'")
