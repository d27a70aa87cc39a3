"""What the tests of reconciliation share: a real Cassandra, started when the first test asks for it, and two tables of
orders with a job that compared them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.cassandra import cassandra  # noqa: F401  fixture

if TYPE_CHECKING:
    from reconciliation.models import Mapping, ReconciliationJob


@pytest.fixture
def mapping(database: None) -> "Iterator[Mapping]":
    from tests.reconciliation import tables

    yield tables.make()
    tables.run(tables.DROP)


@pytest.fixture
def job(mapping: "Mapping") -> "ReconciliationJob":
    from tests.reconciliation import tables

    return tables.job(mapping)
