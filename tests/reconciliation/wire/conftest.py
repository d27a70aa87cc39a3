"""What the tests of rows as Cassandra sends them share."""

from collections.abc import Iterator

import pytest


@pytest.fixture
def replica(database: None) -> Iterator[None]:
    """An empty schema for copies."""
    from project.postgres import sql
    from tests.reconciliation.jobs import tables

    sql.execute("CREATE SCHEMA replica")
    yield
    tables.drop()
